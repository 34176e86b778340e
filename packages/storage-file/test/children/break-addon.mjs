// Preloaded: a machine for which the addon is not made.
process.dlopen = () => {
  throw Object.assign(new Error('no addon here'), { code: 'ERR_DLOPEN_FAILED' });
};
