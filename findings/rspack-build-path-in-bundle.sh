#!/usr/bin/env bash
# @rspack/core 2.3.3, target node: createRequire(import.meta.url), the usual way to load a native addon or what stays beside
# the bundle.
# Expected: import.meta.url is the place of the bundle at run time, as with esbuild 0.28.1, or the package is bundled, as
# webpack 5.113.0 does with the same configuration.
# Seen: the bundle, ES module or CommonJS, holds the file:// URL of the source on the machine that built it. It runs there;
# moved with its node_modules, it does not find the package.
# Why it matters: every test on the build machine passes; the container or the other machine fails when it loads the addon.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/built/src" "$folder/tools"
cd "$folder/tools"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund webpack@5.113.0 @rspack/core@2.3.3 esbuild@0.28.1 > /dev/null
cd ../built
echo '{"private":true,"type":"module"}' > package.json
mkdir -p node_modules/addon
echo '{"name":"addon","version":"1.0.0","main":"index.cjs"}' > node_modules/addon/package.json
echo "module.exports = 'addon is here';" > node_modules/addon/index.cjs
cat > src/index.js <<'JS'
import { createRequire } from 'node:module';
const load = createRequire(import.meta.url);
console.log(load('addon'));
JS
cat > ../tools/build.mjs <<'JS'
import { build } from 'esbuild';
import { rspack } from '@rspack/core';
import webpack from 'webpack';

const context = process.argv[2];
for (const [name, bundler] of Object.entries({ webpack, rspack })) {
  for (const module of [false, true]) {
    const config = {
      context,
      mode: 'production',
      target: 'node20',
      entry: './src/index.js',
      output: { path: `${context}/dist`, filename: `${name}.${module ? 'mjs' : 'cjs'}`, module },
      ...(name === 'webpack' && { experiments: { outputModule: module } }),
    };
    await new Promise((resolve, reject) => {
      bundler(config, (error, stats) =>
        error || stats.hasErrors() ? reject(error ?? new Error(stats.toString())) : resolve(),
      );
    });
  }
}
await build({
  entryPoints: [`${context}/src/index.js`],
  outfile: `${context}/dist/esbuild.mjs`,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
});
JS
echo "node $(node --version), webpack 5.113.0, @rspack/core 2.3.3, esbuild 0.28.1"
node ../tools/build.mjs "$PWD"
seen() {
  for file in webpack.cjs webpack.mjs rspack.cjs rspack.mjs esbuild.mjs; do
    said=$(node "$1/dist/$file" 2>&1) || said=$(grep -om1 "Cannot find module 'addon'" <<< "$said")
    echo "$file: $said"
  done
}
here=$(seen "$folder/built")
mv "$folder/built" "$folder/moved"
moved=$(seen "$folder/moved")
printf 'where it was built:\n%s\nmoved, all of it:\n%s\n' "$here" "$moved"
[ "$(grep -c 'addon is here' <<< "$here")" = 5 ]
[ "$(grep 'Cannot find' <<< "$moved" | cut -d: -f1 | xargs)" = 'rspack.cjs rspack.mjs' ]
