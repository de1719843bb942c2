/** Errors of PostgreSQL as `plv8.execute` throws them. */

interface DatabaseError {
  readonly sqlerrcode: string;
  readonly detail?: string | null;
}

function has(error: unknown, sqlstate: string): error is DatabaseError {
  return (
    typeof error === 'object' && error !== null && 'sqlerrcode' in error && error.sqlerrcode === sqlstate
  );
}

export const isForeignKeyViolation = (error: unknown): error is DatabaseError => has(error, '23503');
export const isUniqueViolation = (error: unknown): error is DatabaseError => has(error, '23505');
export const isIndexRowTooLarge = (error: unknown): error is DatabaseError => has(error, '54000');
export const isInsufficientPrivilege = (error: unknown): error is DatabaseError => has(error, '42501');
export const isDuplicateObject = (error: unknown): error is DatabaseError =>
  has(error, '42710') || has(error, '23505');
/** That `create or replace` would change the type of a function's result, its arguments' names, or a view's columns. */
export const isNotReplaceable = (error: unknown): error is DatabaseError =>
  has(error, '42P13') || has(error, '42P16');
export const isDependedOn = (error: unknown): error is DatabaseError => has(error, '2BP01');
export const isLockNotAvailable = (error: unknown): error is DatabaseError => has(error, '55P03');
export const isDeadlock = (error: unknown): error is DatabaseError => has(error, '40P01');
export const isNotNullViolation = (error: unknown): error is DatabaseError => has(error, '23502');
