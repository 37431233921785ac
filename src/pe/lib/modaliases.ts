// PCI's class 02, virtio's device 1, and the buses and cards of Hyper-V and Xen.
const networkDevice =
  /^pci:v[0-9A-F]{8}d[0-9A-F]{8}.*bc02|^virtio:d00000001|^vmbus:635161f83edfc546|^acpi\w*:(VMBUS|MSFT1000)|^xen:vif/;

/** Whether a modalias belongs to a network card, or to a bus that brings one. */
export const isNetworkDevice = (modalias: string): boolean => networkDevice.test(modalias);

/** Names that a driver is to be found for: each once, without those asked for before. */
export function toProbe(modaliases: readonly string[], asked: ReadonlySet<string>): string[] {
  return [...new Set(modaliases)].filter((name) => name !== '' && !asked.has(name));
}

/** Deals names out, in order, to at most `count` lists: checking a module's signature keeps a processor busy. */
export function shares(names: readonly string[], count: number): string[][] {
  const lists = Array.from({ length: Math.min(count, names.length) }, (): string[] => []);
  names.forEach((name, i) => lists[i % lists.length]?.push(name));
  return lists;
}
