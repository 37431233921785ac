/**
 * What a system wrote on its console, for a person's terminal: colours stay, all else that would move the cursor, change
 * the terminal or answer for the person is taken out.
 */
export function cleanLog(text: string): string {
  return (
    text
      // Operating system commands, such as the title of the window.
      .replace(/\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g, '')
      .replace(/\u001b\[([0-?]*)[ -/]*([@-~])/g, (_, numbers: string, end: string) =>
        end === 'm' && /^[\d;]*$/.test(numbers) ? `\u001b[${numbers}m` : '',
      )
      .replace(/\u001b(?!\[[\d;]*m)[ -/]*[0-~]?/g, '')
      .replace(/\r+\n/g, '\n')
      .replace(/[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g, '')
  );
}

/** The last lines of a text. */
export function lastLines(text: string, count: number): string {
  if (count <= 0) return '';
  const lines = text.split('\n');
  const ended = lines.at(-1) === '';
  return lines.slice(-(count + (ended ? 1 : 0))).join('\n');
}
