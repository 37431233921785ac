import { basename, dirname, join, resolve } from 'node:path';
import { packageRoot } from '../base/package-root.ts';
import { nearest } from '../base/suggest.ts';
import { fileKind, namesIn } from './disk.ts';

/** `cloudbios`, without `/` and `.yaml`, means a recipe that comes with diskbios. */
function isBareName(name: string): boolean {
  return !name.includes('/') && !/\.ya?ml$/.test(name);
}

function shippedFolder(): string {
  return join(packageRoot(), 'recipes');
}

/** The absolute path that a recipe's name or path means, written in a file of the folder `dir`. */
export function recipePath(name: string, dir: string): string {
  return isBareName(name) ? join(shippedFolder(), `${name}.yaml`) : resolve(dir, name);
}

/** As `recipePath`, for the command line, where a file without `.yaml` may be meant as well. */
export function recipeArgument(name: string, cwd: string): string {
  return fileKind(resolve(cwd, name)) === 'file' ? resolve(cwd, name) : recipePath(name, cwd);
}

/** The nearest recipe that is there, as it would be written instead of `name`. */
export function nearestRecipe(name: string, dir: string): string | undefined {
  const shipped = namesIn(shippedFolder()).filter((file) => file.endsWith('.yaml'));
  if (isBareName(name)) {
    return nearest(
      name,
      shipped.map((file) => file.slice(0, -'.yaml'.length)),
    );
  }
  const found = nearest(
    basename(name),
    namesIn(dirname(resolve(dir, name))).filter((file) => /\.ya?ml$/.test(file)),
  );
  return found === undefined ? undefined : join(dirname(name), found);
}

/** The absolute path of a template: a shipped one by its name, or a folder by a path. */
export function templatePath(name: string, dir: string): string {
  return name.includes('/') ? resolve(dir, name) : join(packageRoot(), 'rootfs-templates', name);
}

export function shippedTemplates(): string[] {
  // `early` is the initrd's, and files such as README.md are no templates.
  return namesIn(join(packageRoot(), 'rootfs-templates')).filter(
    (name) => name !== 'early' && !name.includes('.'),
  );
}

/** The absolute path of a fragment of a kernel's configuration: a shipped one by its name, or a file by a path. */
export function fragmentPath(name: string, dir: string): string {
  return name.includes('/') ? resolve(dir, name) : join(packageRoot(), 'kernel-configs', `${name}.config`);
}

export function shippedFragments(): string[] {
  return namesIn(join(packageRoot(), 'kernel-configs'))
    .filter((name) => name.endsWith('.config'))
    .map((name) => name.slice(0, -'.config'.length));
}
