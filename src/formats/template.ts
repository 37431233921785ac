/**
 * Fills `@NAME@` placeholders (capitals, digits and `_`). Throws where the template asks for a value that is not given,
 * and where a given value is not asked for: either is a mistake in the template.
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  const used = new Set<string>();
  const text = template.replace(/@([A-Z][A-Z0-9_]*)@/g, (mark, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template has ${mark}, which has no value`);
    used.add(name);
    return value;
  });
  const unused = Object.keys(values).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`the template does not use ${unused.join(', ')}`);
  return text;
}
