// Preloaded: a machine for which there is no addon.
import Module from 'node:module';

const load = Module._load;
Module._load = function (name, ...rest) {
  if (name === 'fs-native-extensions') throw Object.assign(new Error(`no ${name}`), { code: 'ADDON_NOT_FOUND' });
  return load.call(this, name, ...rest);
};
