/** Lets a measured process move its clock, whatever library looks at it: preload this, and call `moveClock`. */
const RealDate = Date;
let shift = 0;

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift);
    else super(...given);
  }
  static now() {
    return RealDate.now() + shift;
  }
};

/** Moves the clock on, by seconds. */
globalThis.moveClock = (seconds) => (shift += seconds * 1000);
