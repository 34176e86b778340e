// Finds a fresh token, then takes the lock; tells after each whether the addon was loaded.
import { FileTokenStorage } from '@latchkey/storage-file';
import { readFileSync } from 'node:fs';

const isLoaded = () => readFileSync('/proc/self/maps', 'utf8').includes('fs-native-extensions');
const storage = new FileTokenStorage(process.argv[2]);
const found = (await storage.load('ada'))?.generation;
const afterLoad = isLoaded();
await storage.withLock('ada', async () => undefined, { signal: new AbortController().signal, timeout: 5 });
console.log(JSON.stringify({ found, afterLoad, afterLock: isLoaded() }));
