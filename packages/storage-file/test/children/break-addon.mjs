// Preloaded: a machine for which there is no addon; with `?only=prebuilt`, none that has been built for it.
import Module from 'node:module';

const prefix = new URL(import.meta.url).searchParams.has('only') ? 'fs-native-extensions/' : 'fs-native-extensions';
const load = Module._load;
Module._load = function (name, ...rest) {
  if (name.startsWith(prefix)) throw Object.assign(new Error(`no ${name}`), { code: 'ADDON_NOT_FOUND' });
  return load.call(this, name, ...rest);
};
