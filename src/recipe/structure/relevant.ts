import type { ErrorObject } from './validator.ts';

/**
 * Where a value fits no branch of an `anyOf`, ajv reports every branch's errors and the `anyOf` itself. Kept is what a
 * person can act on: the errors inside the one branch of the right type, or else the `anyOf` alone. Several errors of
 * one value (its type and its words) become one.
 */
export function relevantErrors(errors: readonly ErrorObject[]): ErrorObject[] {
  const dropped = new Set<ErrorObject>();
  for (const choice of errors.filter((error) => error.keyword === 'anyOf')) {
    const inside = errors.filter((error) => isInside(error, choice));
    const branches = new Set(inside.map((error) => branchOf(error, choice)));
    for (const error of inside) {
      if (error.keyword === 'type' && error.instancePath === choice.instancePath)
        branches.delete(branchOf(error, choice));
    }
    const [fitting, ...others] = branches;
    const one = others.length === 0 ? fitting : undefined;
    for (const error of one === undefined ? inside : [choice]) dropped.add(error);
    for (const error of inside) if (branchOf(error, choice) !== one) dropped.add(error);
  }
  const seen = new Set<string>();
  return errors.filter((error) => {
    const id = identity(error);
    if (dropped.has(error) || error.keyword === 'propertyNames' || seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

function isInside(error: ErrorObject, choice: ErrorObject): boolean {
  const samePlace =
    error.instancePath === choice.instancePath || error.instancePath.startsWith(`${choice.instancePath}/`);
  return samePlace && error.schemaPath.startsWith(`${choice.schemaPath}/`);
}

function branchOf(error: ErrorObject, choice: ErrorObject): string {
  return error.schemaPath.slice(choice.schemaPath.length + 1).split('/', 1)[0] ?? '';
}

/** A map can lack several keys and have several unknown ones; of anything else one message is enough. */
function identity(error: ErrorObject): string {
  const many = error.keyword === 'required' || error.keyword === 'additionalProperties';
  return `${error.instancePath} ${error.propertyName ?? ''} ${many ? JSON.stringify(error.params) : ''}`;
}
