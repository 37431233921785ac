import { UserError } from '../../../base/errors.ts';
import { busybox, must } from '../../host/run.ts';
import { print } from '../../host.ts';
import type { BootEntries } from '../../lib/systems/grubenv.ts';
import { bootEntries } from '../../systems/boot-entries.ts';
import { home } from '../../systems/places.ts';
import { checkSystem, chooseNone, chooseSystem } from '../../systems/takeover/choose.ts';
import { command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { flag, json, yes } from '../options.ts';
import { printJson } from '../output.ts';

const wrong = (message: string, hint: string): UserError =>
  new UserError({ code: 'bad-call', message, hint });

function tell({ default: usual, once }: BootEntries, asJson: boolean): void {
  if (asJson) {
    printJson({ default: usual ?? null, once: once ?? null });
    return;
  }
  if (once !== undefined) print(`the next boot hands the machine over to ${once}, once`);
  print(
    usual === undefined
      ? 'the boot menu starts the PE by itself'
      : `the boot menu hands the machine over to ${usual} by itself; systemx takeover --off ends that`,
  );
}

export const takeover = command({
  name: 'takeover',
  summary: 'Have the next boots hand the machine over to a system',
  about: [
    "The system's root becomes that of the machine, and its init the first process; nothing of the PE stays.",
    'It is checked first. At boot it is checked again, and where it fails the PE comes up and says why.',
    'Without NAME it shows what the boot menu will do. The menu itself offers each system at any time.',
  ],
  arguments: [{ name: 'NAME', meaning: 'a system', optional: true, completes: 'system' }],
  options: {
    once: flag('restart the machine into it, one time; the boot after that is as before'),
    off: flag('the next boots are those of the PE'),
    yes,
    json,
  },
  examples: [
    'systemx takeover',
    'systemx takeover web --once',
    'systemx takeover web',
    'systemx takeover --off',
  ],
  async run({ args: [name], options }) {
    const { once, off } = options;
    if (off && (name !== undefined || once))
      throw wrong('--off is for no system in particular', 'systemx takeover --off');
    if (once && name === undefined) throw wrong('--once needs a system', 'systemx takeover NAME --once');
    home();
    if (off) tell(await chooseNone(), options.json);
    else if (name === undefined) tell(bootEntries(), options.json);
    else if (!once) {
      await checkSystem(name);
      tell(await chooseSystem(name, 'usual'), options.json);
    } else await restartInto(name, options.yes);
    return 0;
  },
});

/** It is checked before anybody is asked, and written only when the answer is there. */
async function restartInto(name: string, given: string | undefined): Promise<void> {
  await checkSystem(name);
  confirm(`This machine will restart now, into ${name}. All systems that run are stopped.`, name, given);
  await chooseSystem(name, 'once');
  print(`restarting into ${name}`);
  await must([busybox, 'reboot']);
}
