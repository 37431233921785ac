const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
const digits = '0123456789'.split('');
const functionKeys = Array.from({ length: 24 }, (_, n) => `f${n + 1}`);

/** Keys by the names that QEMU's `send-key` knows (its `QKeyCode`). */
export const qemuKeys: readonly string[] = [
  ...letters,
  ...digits,
  ...functionKeys,
  ...['shift', 'shift_r', 'alt', 'alt_r', 'ctrl', 'ctrl_r', 'meta_l', 'meta_r', 'menu', 'compose'],
  ...['esc', 'tab', 'ret', 'spc', 'backspace', 'insert', 'delete', 'home', 'end', 'pgup', 'pgdn'],
  ...['left', 'right', 'up', 'down', 'print', 'sysrq', 'pause', 'caps_lock', 'num_lock', 'scroll_lock'],
  ...['minus', 'equal', 'bracket_left', 'bracket_right', 'semicolon', 'apostrophe', 'grave_accent'],
  ...['backslash', 'comma', 'dot', 'slash', 'asterisk', 'less', 'lf', 'ro'],
  ...digits.map((digit) => `kp_${digit}`),
  ...['kp_divide', 'kp_multiply', 'kp_subtract', 'kp_add', 'kp_enter', 'kp_decimal', 'kp_comma', 'kp_equals'],
  ...['stop', 'again', 'props', 'undo', 'front', 'copy', 'open', 'paste', 'find', 'cut', 'help'],
  ...['hiragana', 'henkan', 'yen', 'muhenkan', 'katakanahiragana', 'lang1', 'lang2'],
  ...['power', 'sleep', 'wake', 'mail', 'calculator', 'computer', 'mediaselect'],
  ...['audionext', 'audioprev', 'audiostop', 'audioplay', 'audiomute', 'volumeup', 'volumedown'],
  ...['ac_home', 'ac_back', 'ac_forward', 'ac_refresh', 'ac_bookmarks'],
];
