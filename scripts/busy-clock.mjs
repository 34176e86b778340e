/** Loaded before a program, makes its machine look so busy that a second passes between two looks at a clock. */
let late = 0;
for (const clock of [Date, performance]) {
  const now = clock.now.bind(clock);
  clock.now = () => {
    late += 1000;
    return now() + late;
  };
}
