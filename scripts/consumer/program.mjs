/** `program.mjs file [locking]`, to be put into one file: prints how a login went. */
import process from 'node:process';
import { logIn } from './log-in.mjs';

void logIn(process.argv[2], process.argv[3]).then(console.log);
