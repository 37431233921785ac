/** Paths that a person gives for systems, checked alike by the recipe and in the PE. Each says what is wrong, or `undefined`. */

/** Characters that mount tables, option lists and configuration files of engines do not take. */
const unmountable = /[\u0000-\u0020\u007f\\"':,#]/;

/** A path that may be a systems directory: absolute, without `..`, and none of the PE's own folders. */
export function dirProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return 'is not an absolute path';
  if (path.split('/').some((part) => part === '..' || part === '.')) return "has '.' or '..' in it";
  if (/[\u0000-\u001f\u007f\\"':,]/.test(path)) return 'has characters in it that mount tables do not take';
  if (path.length > 200) return 'has more than 200 characters';
  const top = path.split('/')[1] ?? '';
  if (top === '') return "is the PE's own root";
  if (/^(bin|boot|dev|etc|lib\d*|libx?\d+|proc|root|run|sbin|sys|tmp|usr)$/.test(top))
    return `lies in /${top}, which is the PE's own`;
  return undefined;
}

/** A path that the machine may be handed over to: on the data volume, so that every name is free. */
export function systemPathProblem(path: string): string | undefined {
  if (!/^\/[^/]/.test(path) || path.split('/').includes('..')) return 'is not a whole absolute path';
  if (unmountable.test(path)) return 'has characters in it that mount tables do not take';
  return path.length > 200 ? 'has more than 200 characters' : undefined;
}
