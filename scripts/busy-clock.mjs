/** Loaded before a program, makes its machine look so busy that a second passes between two looks at the clock. */
const { now } = Date;
let late = 0;
Date.now = () => {
  late += 1000;
  return now() + late;
};
