// Bundles the command line tool (Node) and the PE's programs (QuickJS) into dist/.
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ajvAhead } from './ajv-ahead.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);

rmSync(at('dist'), { recursive: true, force: true });

// Dependencies that are CommonJS call require() for Node's own modules.
const requireShim =
  "import { createRequire as diskbiosCreateRequire } from 'node:module'; const require = diskbiosCreateRequire(import.meta.url);";

await build({
  entryPoints: { diskbios: at('src/cli/main.ts'), bench: at('bench/bench.ts'), soak: at('test/soak/soak.ts') },
  outdir: at('dist'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: 'chunks/[name]-[hash]',
  plugins: [ajvAhead],
  banner: { js: requireShim },
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
});

chmodSync(at('dist/diskbios.js'), 0o755);

const programs = at('src/pe/programs');
if (existsSync(programs)) {
  const options = {
    outdir: at('dist/pe'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    external: ['std', 'os'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  };
  const names = readdirSync(programs).filter((name) => name.endsWith('.ts')).sort();
  // Of these QuickJS reads only what is needed at the moment: a verb of the manager, what systems need in the supervisor.
  const split = ['supervisor.ts', 'systemx.ts'];
  await build({
    ...options,
    entryPoints: names.filter((name) => !split.includes(name)).map((name) => join(programs, name)),
  });
  for (const name of split) {
    await build({
      ...options,
      entryPoints: [join(programs, name)],
      splitting: true,
      chunkNames: `${name.replace('.ts', '')}-[name]-[hash]`,
    });
  }
}

// `npx diskbios` inside the clone looks here; npm links only dependencies' programs by itself.
const bin = at('node_modules', '.bin');
mkdirSync(bin, { recursive: true });
rmSync(join(bin, 'diskbios'), { force: true });
symlinkSync('../../dist/diskbios.js', join(bin, 'diskbios'));
