"use strict";
/*
 * Loads the modules of a prebuilt CDKTF provider when they are first used, not when the provider is.
 *
 * Given to the node process of jsii with `--require`. The index of such a provider (`lib/index.js`) requires every
 * module of the provider, thousands for AWS; here each `exports.x = require("./x");` becomes a getter that requires
 * the module on first access and then replaces itself with the module. An index with any other statement is left
 * as it is, with a warning.
 */
const Module = require("module");

const PROVIDER_INDEX = /[\\/]node_modules[\\/]@cdktf[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/;
const EXPORT = /^exports\.(\w+) = require\((".+?")\);$/;
const KNOWN = [
  /^\s*$/,
  /^"use strict";$/,
  /^\s*(\/\/|\/\*|\*)/,
  /^Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);$/,
  /^(exports\.\w+ = )+void 0;$/,
];
const DEFINE = `const __whenUsed = (name, load) => {
  const put = (value) => Object.defineProperty(exports, name, { value, writable: true, enumerable: true, configurable: true });
  Object.defineProperty(exports, name, { get: () => { const value = load(); put(value); return value; }, set: put, enumerable: true, configurable: true });
};`;

/** The index with getters for exports; throws an Error that says what is different from what is known. */
function withGetters(index) {
  const lines = index.split(/\r?\n/);
  let exported = 0;
  const lazy = lines.map((line, row) => {
    const match = EXPORT.exec(line);
    if (match) {
      exported += 1;
      return `__whenUsed("${match[1]}", () => require(${match[2]}));`;
    }
    if (!KNOWN.some((form) => form.test(line))) {
      throw new Error(`line ${row + 1} is ${JSON.stringify(line.slice(0, 80))}`);
    }
    return line;
  });
  if (exported === 0) {
    throw new Error("it exports no module");
  }
  // Behind "use strict", on the same line: line numbers stay as they are.
  const first = lazy.findIndex((line) => line === '"use strict";');
  const head = DEFINE.replace(/\n\s*/g, " ");
  if (first < 0) {
    lazy[0] = `${head} ${lazy[0]}`;
  } else {
    lazy[first] = `${lazy[first]} ${head}`;
  }
  return lazy.join("\n");
}

// Another project's copy may be preloaded too, inherited through NODE_OPTIONS: the first one does it.
const INSTALLED = Symbol.for("lazy-bindings.installed");

function install() {
  if (process[INSTALLED]) {
    return;
  }
  process[INSTALLED] = true;
  const load = Module._extensions[".js"];
  Module._extensions[".js"] = function (module, filename) {
    if (PROVIDER_INDEX.test(filename)) {
      const compile = module._compile;
      module._compile = function (code, ...rest) {
        delete module._compile;
        let chosen = code;
        try {
          chosen = withGetters(code);
        } catch (difference) {
          process.emitWarning(
            `${filename} does not look as expected (${difference.message}): all its modules are loaded, which is slow`,
            "LazyBindingsWarning",
          );
        }
        return compile.call(this, chosen, ...rest);
      };
    }
    return load.call(this, module, filename);
  };
}

// NODE_OPTIONS reaches every node process that is started from here; only jsii's own are meant (jsii sets the name).
const wanted = (process.env.JSII_AGENT || "").startsWith("Python/") && process.env.LAZY_BINDINGS !== "0";
if (wanted && typeof Module._extensions?.[".js"] === "function") {
  install();
}

module.exports = { withGetters };
