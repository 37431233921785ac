/** One thing about this machine. */
export interface Finding {
  readonly name: string;
  /** `missing`: diskbios cannot do its main work without it. */
  readonly level: 'ok' | 'warn' | 'missing';
  /** One sentence. */
  readonly text: string;
  /** The command that puts it right. */
  readonly install?: string | undefined;
}
