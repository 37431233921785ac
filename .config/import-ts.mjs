// Lets the scripts beside this file use modules of src/, which Node 20 cannot load as they are.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** QuickJS' own modules, for code of the PE of which only the words are wanted: empty. */
const quickjs = {
  name: 'quickjs',
  setup(builder) {
    builder.onResolve({ filter: /^(std|os)$/ }, ({ path }) => ({ path, namespace: 'quickjs' }));
    builder.onLoad({ filter: /.*/, namespace: 'quickjs' }, () => ({ contents: 'module.exports = {}' }));
  },
};

/** The exports of a module of the project, such as `src/recipe/schema/recipe.ts`, which may import no package. */
export async function importTs(path, { pe = false } = {}) {
  const { outputFiles } = await build({
    entryPoints: [path],
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
    plugins: pe ? [quickjs] : [],
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}
