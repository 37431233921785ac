/** What `new` can start from: the recipe that the new one extends, and a word about it. */
export const startingPoints = {
  pc: { parent: 'diskbios', machine: 'a PC or mini-ITX box' },
  cloud: { parent: 'cloud', machine: 'a cloud host or another virtual machine' },
  minimal: { parent: 'minimal', machine: 'a virtual machine, as small as it gets: a shell, no SSH' },
} as const;

export type StartingPoint = keyof typeof startingPoints;

const sshPart = `
  # Who may log in as root by SSH. With no key, and no password hash below, the console shows a one-time password.
  # ssh-keys:
  #   - file: ~/.ssh/id_ed25519.pub
`;

/** A commented recipe that passes `check` as it is. */
export function newRecipe(name: string, from: StartingPoint): string {
  const { parent, machine } = startingPoints[from];
  return `# A PE for ${machine}. docs/recipe.md explains every key; \`diskbios check ${name}.yaml --resolved\` shows
# what this comes to together with what it extends.
name: ${name}
version: "0.1.0"
extends: ${parent}

pe:
  hostname: ${name}
${from === 'minimal' ? '' : sshPart}
  # users:
  #   - name: root
  #     # printed by: openssl passwd -6
  #     password-hash: "$6$…"

  # Debian packages beside those of ${parent}; \`!remove NAME\` takes one of those out.
  packages: []
  #   - htop

  # Files of your own: a text written here, a file or folder beside this recipe, or a link.
  files:
    - path: /etc/motd
      content: |
        This is ${name}.

  # Programs that are started at boot and started again when they end.
  # services:
  #   hello:
  #     run: [sh, -c, "while true; do echo hello; sleep 60; done"]

  # Wired network; without this, DHCP and IPv6 autoconfiguration.
  # network:
  #   interfaces:
  #     - match: eth0
  #       ipv4: { address: 192.0.2.10/24, gateway: 192.0.2.1 }

boot:
  # Seconds that the menu waits.
  timeout: 5

# What \`diskbios test ${name}.yaml\` proves; without this, that it boots, gets ready and powers off.
# tests:
#   - name: says who it is
#     steps:
#       - ready: live
#       - run: hostname
#         expect: { stdout: ${name} }
#       - poweroff: { within: 20s }
`;
}
