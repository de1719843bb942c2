/** SQL expressions that a document brings: they stand in parentheses in DDL, and must not leave them. */

const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"/g;

/** Stands for what was quoted: no text of PostgreSQL has it. */
const mark = '\0';

/** Whether a text stays within the parentheses around it: no comment, no second statement, no quote left open. */
export function staysInside(expression: string): boolean {
  if (expression.includes('\\') || expression.includes(mark)) return false;
  const bare = expression.replace(quoted, mark);
  // A letter or & before a quote may change what is quoted.
  if (/['";$]|--|\/\*/.test(bare) || new RegExp(`[\\w&]${mark}`).test(bare)) return false;
  let depth = 0;
  for (const letter of bare) {
    if (letter === '(') depth++;
    else if (letter === ')') depth--;
    if (depth < 0) return false;
  }
  return depth === 0 && bare.trim() !== '';
}
