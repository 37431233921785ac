import { FailedError } from '../../../base/errors.ts';
import { probeScript, readProbe } from '../../../base/hardware-probe.ts';
import { hardwareReportText } from '../../../base/hardware-report.ts';
import { busybox, execute } from '../../host/run.ts';
import { print } from '../../host.ts';
import { command } from '../command.ts';

export const hardware = command({
  name: 'hardware',
  summary: 'Print what this machine is made of, as JSON, for `hardware: { from: FILE }` of a recipe',
  arguments: [],
  options: {},
  examples: ['systemx hardware >/hd/my-box.json'],
  async run() {
    const { stdout } = await execute([busybox, 'sh', '-c', probeScript]);
    const report = readProbe(stdout);
    if (report === undefined) throw new FailedError('no-report', 'the machine could not be probed');
    print(hardwareReportText(report).trimEnd());
    return 0;
  },
});
