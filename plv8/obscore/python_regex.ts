/** Python's regular expressions, as its `re` module reads them, for names of collections. */

export class PythonRegexError extends Error {}

/**
 * What matches the whole of a text as `re.fullmatch` does.
 * @throws PythonRegexError
 */
export function pythonRegex(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch (error) {
    throw new PythonRegexError((error as Error).message.replace(/^.*: /, ''));
  }
}
