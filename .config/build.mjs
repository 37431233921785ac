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
  entryPoints: { diskbios: at('src/cli/main.ts'), bench: at('bench/bench.ts') },
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
  const manager = 'systemx.ts';
  await build({
    ...options,
    entryPoints: names.filter((name) => name !== manager).map((name) => join(programs, name)),
  });
  // The manager's verbs are files of their own, so that QuickJS reads only what a call needs.
  await build({
    ...options,
    entryPoints: [join(programs, manager)],
    splitting: true,
    chunkNames: 'systemx-[name]-[hash]',
  });
}

// `npx diskbios` inside the clone looks here; npm links only dependencies' programs by itself.
const bin = at('node_modules', '.bin');
mkdirSync(bin, { recursive: true });
rmSync(join(bin, 'diskbios'), { force: true });
symlinkSync('../../dist/diskbios.js', join(bin, 'diskbios'));
