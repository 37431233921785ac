/** Something taken away or made wrong, and how the proof must fail then. */
export interface Mutation {
  readonly name: string;
  /** `--set` of the recipe, in the place of a change to the program. */
  readonly set?: readonly string[];
  /** A change to a file of the package: `search` must occur in it. */
  readonly patch?: { readonly file: string; readonly search: string | RegExp; readonly replace: string };
  /** Name of the failure in the report. */
  readonly failure: string;
  /** What the title of the failing step begins with. */
  readonly step: RegExp;
}

export const mutations: readonly Mutation[] = [
  {
    name: 'the menu entry is dropped',
    patch: { file: 'grub/entry.cfg.in', search: 'menuentry @TITLE@', replace: 'menuentry another-@TITLE@' },
    failure: 'menu-entry-missing',
    step: /^menu/,
  },
  {
    name: 'the menu entry starts no kernel',
    patch: { file: 'grub/entry.cfg.in', search: 'linux @KERNEL@', replace: 'linux @KERNEL@.gone' },
    failure: 'boot-entry-broken',
    step: /^ready/,
  },
  {
    name: 'a service is removed',
    set: ['pe.services.klogd.enabled=false'],
    failure: 'expectation',
    step: /^run: service klogd/,
  },
  {
    name: 'the module of the network card is removed',
    set: ['kernel.modules.exclude=[virtio_net]'],
    failure: 'expectation',
    step: /^run: \S*ip -j/,
  },
  {
    name: 'the SSH server is switched off',
    set: ['pe.services.sshd.enabled=false'],
    failure: 'expectation',
    step: /^ssh/,
  },
  {
    name: 'the agent tells every exit code as 0',
    patch: {
      file: 'dist/pe/agent.js',
      search: /status:\w+,timedOut:\w+\.timedOut/,
      replace: 'status:0,timedOut:!1',
    },
    failure: 'expectation',
    step: /^run: echo out/,
  },
  {
    name: 'READY tells another mode',
    patch: {
      file: 'dist/pe/supervisor.js',
      search: /DISKBIOS-READY mode=\$\{\w+\}/,
      replace: 'DISKBIOS-READY mode=dual',
    },
    failure: 'expectation',
    step: /^ready/,
  },
  {
    name: 'the power button is not heard',
    patch: { file: 'dist/pe/supervisor.js', search: '/dev/input', replace: '/dev/nothing' },
    failure: 'too-slow',
    step: /^poweroff/,
  },
];
