import { serviceFailedLine } from '../../base/console-lines.ts';
import type { PeConfigService } from '../../base/pe-config.ts';

/** A service that ends with an error sooner than this has not started. Milliseconds. */
const startTime = 3000;
/** So many times in a row: then it is given up as failed, though it is still started again and again. */
const attempts = 3;
/** One that ran this long after a failure is no longer waited for. Milliseconds. */
const settled = 1000;
/** What a program says last may be read after its end is noticed. Milliseconds. */
const lastWords = 30;
const longestDetail = 200;

interface Watched {
  readonly spec: Pick<PeConfigService, 'run' | 'restart'>;
  started: number | undefined;
  quick: number;
  said: string;
  verdict: 'none' | 'told' | 'pending';
}

export interface StartWatchDoors {
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => void;
  readonly exists: (path: string) => boolean;
  /** Shows a line on the consoles. */
  readonly say: (line: string) => void;
}

/** Watches the first starts of the recipe's services, and says once of each that fails why it does. */
export interface StartWatch {
  readonly watch: (name: string, spec: Watched['spec']) => void;
  readonly started: (name: string) => void;
  /** The service has written a line. */
  readonly heard: (name: string, line: string) => void;
  /** The service has ended by itself. */
  readonly ended: (name: string, status: { code: number; signal: number | undefined }) => void;
  /** Whether nothing speaks for a service that has ended so far, or against it. */
  readonly decided: () => boolean;
  /** The names of those that failed. From now on nothing is said. */
  readonly close: () => string[];
}

function shorten(text: string): string {
  return text.length > longestDetail ? `${text.slice(0, longestDetail - 1)}…` : text;
}

export function createStartWatch(doors: StartWatchDoors): StartWatch {
  const services = new Map<string, Watched>();
  let open = true;

  const missing = ({ spec: { run } }: Watched, code: number): boolean =>
    (code === 127 || code === 126) && run[0] !== undefined && !doors.exists(run[0]);

  const hopeless = (service: Watched, code: number, ran: number): boolean => {
    service.quick = ran < startTime ? service.quick + 1 : 0;
    return service.spec.restart === 'never' || service.quick >= attempts || missing(service, code);
  };

  const tell = (name: string, service: Watched, end: string, code: number): void => {
    service.verdict = 'pending';
    doors.after(lastWords, () => {
      const detail = missing(service, code) ? `${service.spec.run[0] ?? ''}: not found` : service.said;
      service.verdict = 'told';
      doors.say(serviceFailedLine(name, detail === '' ? end : `${end} (${shorten(detail)})`));
    });
  };

  return {
    watch(name, spec) {
      services.set(name, { spec, started: undefined, quick: 0, said: '', verdict: 'none' });
    },
    started(name) {
      const service = services.get(name);
      if (service !== undefined) service.started = doors.now();
    },
    heard(name, line) {
      const service = services.get(name);
      if (service !== undefined && open && line.trim() !== '') service.said = line.trim();
    },
    ended(name, { code, signal }) {
      const service = services.get(name);
      if (service?.started === undefined || service.verdict !== 'none' || !open) return;
      const ran = doors.now() - service.started;
      service.started = undefined;
      if (code === 0) service.quick = 0;
      else if (hopeless(service, code, ran)) {
        tell(name, service, signal === undefined ? `exit code ${code}` : `signal ${signal}`, code);
      }
    },
    decided: () =>
      [...services.values()].every(({ verdict, quick, started }) => {
        if (verdict !== 'none') return verdict === 'told';
        return quick === 0 || (started !== undefined && doors.now() - started >= settled);
      }),
    close() {
      open = false;
      return [...services].filter(([, { verdict }]) => verdict === 'told').map(([name]) => name);
    },
  };
}
