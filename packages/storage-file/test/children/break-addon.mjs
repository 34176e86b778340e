// Preloaded: a machine for which there is no addon; with `?only=prebuilt`, one whose addon only the package finds.
import Module from 'node:module';

const { dlopen } = process;
process.dlopen = () => {
  process.dlopen = dlopen;
  throw new Error('no addon here');
};
const load = Module._load;
Module._load = function (name, ...rest) {
  if (name !== 'fs-native-extensions' || import.meta.url.endsWith('?only=prebuilt'))
    return load.call(this, name, ...rest);
  throw Object.assign(new Error(`no ${name}`), { code: 'ADDON_NOT_FOUND' });
};
