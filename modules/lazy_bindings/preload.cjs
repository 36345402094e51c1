// Loaded by Node before jsii's runtime (NODE_OPTIONS=--require). The index of a CDKTF provider package requires all of its
// modules, more than two thousand for AWS; this turns each `exports.x = require("./x")` into a getter that requires it when
// somebody asks. An index that is written differently is compiled as it is.
'use strict';

const Module = require('node:module');
const path = require('node:path');

const EAGER = /^exports\.(\w+) = require\("(\.\/[\w.-]+)"\);$/gm;
const FEWEST_MODULES = 20; // below that, laziness gains nothing

function isProviderIndex(filename) {
  if (path.basename(filename) !== 'index.js' || path.basename(path.dirname(filename)) !== 'lib') return false;
  try {
    const manifest = require(path.join(path.dirname(filename), '..', 'package.json'));
    return /^@cdktf\/provider-/.test(manifest.name);
  } catch {
    return false;
  }
}

function lazy(source) {
  const found = source.match(EAGER);
  // Every require must be one of those, or the index does more than re-export.
  const all = source.match(/\brequire\(/g);
  if (!found || found.length < FEWEST_MODULES || found.length !== all.length) return undefined;
  return source.replace(
    EAGER,
    'Object.defineProperty(exports, "$1", { enumerable: true, configurable: true, get: () => require("$2") });',
  );
}

const compile = Module.prototype._compile;
Module.prototype._compile = function (source, filename, ...rest) {
  if (isProviderIndex(filename)) {
    const changed = lazy(source);
    if (changed === undefined) {
      process.stderr.write(`lazy bindings: ${filename} is not written as expected; it is loaded whole, which is slow\n`);
    } else {
      source = changed;
    }
  }
  return compile.call(this, source, filename, ...rest);
};
