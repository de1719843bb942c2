/** Configuration files as Python's ConfigParser reads them: sections of options. */

export interface IniError {
  readonly line: number;
  readonly complaint: string;
}

/** Sections by name; an option's name is in lower case. Options of DEFAULT are in every section. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads `[section]`, `option = value` or `option: value`, comments, and values that go on in indented lines. */
export function readIni(text: string): { ini: Ini; errors: readonly IniError[] } {
  const sections = new Map<string, Map<string, string>>();
  const errors: IniError[] = [];
  let section: Map<string, string> | undefined;
  let option: string | undefined;
  text.split(/\r?\n/).forEach((raw, i) => {
    const line = raw.replace(/\s+;.*$/, '').trimEnd();
    if (line === '' || /^\s*[#;]/.test(line)) return;
    const header = /^\[([^\]]+)\]$/.exec(line);
    const assignment = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line);
    if (header?.[1] !== undefined) {
      section = sections.get(header[1]) ?? new Map();
      sections.set(header[1], section);
      option = undefined;
    } else if (section !== undefined && option !== undefined && /^\s/.test(line)) {
      section.set(option, `${section.get(option)}\n${line.trim()}`);
    } else if (assignment?.[1] !== undefined && section !== undefined) {
      option = assignment[1].toLowerCase();
      if (section.has(option)) errors.push({ line: i + 1, complaint: `${option} is given twice` });
      section.set(option, assignment[2] ?? '');
    } else errors.push({ line: i + 1, complaint: section ? 'is no option' : 'is in no section' });
  });
  const defaults = sections.get('DEFAULT') ?? new Map<string, string>();
  sections.delete('DEFAULT');
  return {
    ini: new Map([...sections].map(([name, own]) => [name, new Map([...defaults, ...own])])),
    errors,
  };
}
