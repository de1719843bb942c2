/** An SQL identifier, quoted where it must be; some are words of the grammar. */
export function quoteIdentifier(name: string): string {
  const plain =
    /^[a-z_][a-z0-9_]*$/.test(name) &&
    !['dec', 'offset', 'user', 'order', 'group', 'where', 'limit', 'end'].includes(name);
  return plain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** An SQL string constant. */
export function literal(text: string): string {
  return text.includes('\\')
    ? `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
}
