/**
 * Turns what a terminal would show into plain lines: control sequences go, carriage returns too, and a jump of the cursor
 * to another place (GRUB's menu) counts as a new line. Pieces may end anywhere.
 */
export function plainTexter(): (piece: string) => string {
  let held = '';
  return (piece) => {
    const text = held + piece;
    const unfinished = /\x1b(?:\[[0-9;?=]*)?$/.exec(text);
    held = unfinished === null ? '' : unfinished[0];
    return text
      .slice(0, text.length - held.length)
      .replace(/\x1b\[[0-9;]*[Hf]/g, '\n')
      .replace(/\x1b\[[0-9;?=]*[@-~]/g, '')
      .replace(/\x1b[()][0-9A-B]|\x1b[=>78cDEHM]/g, '')
      .replace(/[\r\0\x07]/g, '');
  };
}

/** The last lines that say something. */
export function lastLines(text: string, count: number): readonly string[] {
  return text
    .slice(-200 * count)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count);
}
