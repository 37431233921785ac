/** Names in an order in which each comes after those it names; among equals as written. Where they go in a circle, as written too, and the circle is reported. */
export function startOrder(services: Readonly<Record<string, { readonly after: readonly string[] }>>): {
  readonly order: readonly string[];
  readonly circles: readonly string[];
} {
  const order: string[] = [];
  const circles: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (name: string): void => {
    const service = services[name];
    if (service === undefined || state.get(name) === 'done') return;
    if (state.get(name) === 'open') {
      circles.push(name);
      return;
    }
    state.set(name, 'open');
    for (const earlier of service.after) visit(earlier);
    state.set(name, 'done');
    order.push(name);
  };
  for (const name of Object.keys(services)) visit(name);
  return { order, circles };
}
