/**
 * The database as the rest of the driver sees it: a small facade over Slonik, so that Slonik's frequent changes
 * stay in this file, with COPY beside its queries.
 */
import type { Writable } from 'node:stream';
import { SchemaValidationError } from '@slonik/errors';
import {
  type CommonQueryMethods,
  createPool,
  type DatabasePool,
  type FragmentSqlToken,
  type Interceptor,
  type QueryResultRow,
  type QuerySqlToken,
  sql,
} from 'slonik';
import { ConnectionError } from './client.ts';
import { CopyRegistry, type CopySource, driverFactory } from './driver.ts';

export type { CopySource } from './driver.ts';
export type { FragmentSqlToken, QuerySqlToken };
export { sql };

type Querying = Pick<
  CommonQueryMethods,
  'any' | 'anyFirst' | 'exists' | 'many' | 'manyFirst' | 'maybeOne' | 'maybeOneFirst' | 'one' | 'oneFirst'
>;

/**
 * What can be asked in a pool or in a transaction. Rows of `sql.type(schema)` queries are checked against their
 * zod schema. Errors are pg's DatabaseError with `code` (SQLSTATE), `detail`, `hint`, `where`, `column`, and
 * `notices`; a session that the server ended is Slonik's BackendTerminatedError.
 */
export interface Queries extends Querying {
  /** Runs a statement and returns the number of rows it touched. */
  execute(statement: QuerySqlToken): Promise<number>;
  /** `COPY … FROM STDIN`, returning the rows copied. An error of the source fails the COPY and is thrown as it is. */
  copyIn(statement: QuerySqlToken, source: CopySource): Promise<number>;
  /** `COPY … TO STDOUT` into a sink, returning the rows copied. */
  copyOut(statement: QuerySqlToken, sink: Writable): Promise<number>;
}

export interface Transaction extends Queries {
  /** A savepoint: an error inside undoes what was done inside. */
  transaction<T>(work: (inner: Transaction) => Promise<T>): Promise<T>;
}

export interface Database extends Queries, AsyncDisposable {
  /** One connection, one transaction: committed when `work` resolves, rolled back when it throws. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

export interface OpenOptions {
  /** As in `clientConfig`; the PG* variables otherwise. */
  readonly url?: string;
  /** Most connections open at a time. */
  readonly connections?: number;
  /** Milliseconds a statement may run; without it as long as the server allows. */
  readonly statementTimeout?: number;
  /** Receives NOTICE and WARNING messages as they are known, that is when their statement ends. */
  readonly onNotice?: (message: string) => void;
}

/** Slonik takes a query's schema along but leaves applying it to an interceptor. */
const checkRows: Interceptor = {
  name: 'check-rows',
  transformRow: ({ resultParser }, query, row) => {
    if (resultParser === undefined) return row;
    const checked = resultParser['~standard'].validate(row);
    if (checked instanceof Promise) throw new TypeError('a query’s schema must not be asynchronous');
    if (checked.issues) throw new SchemaValidationError(query, row, checked.issues);
    return checked.value as QueryResultRow;
  },
};

function noticeInterceptor(onNotice: (message: string) => void): Interceptor {
  return {
    name: 'notices',
    afterQueryExecution: (_context, _query, { notices }) => {
      for (const { message } of notices) onNotice(message);
      return null;
    },
  };
}

function queriesOf(methods: CommonQueryMethods, copies: CopyRegistry): Queries {
  const copy = async (statement: QuerySqlToken, stream: { source: CopySource } | { sink: Writable }) => {
    const { rowCount } = await methods.query({
      ...statement,
      sql: `${copies.register(stream)} ${statement.sql}`,
    });
    return rowCount;
  };
  // A transaction's methods are a class's: they need their object.
  return {
    any: methods.any.bind(methods),
    anyFirst: methods.anyFirst.bind(methods),
    exists: methods.exists.bind(methods),
    many: methods.many.bind(methods),
    manyFirst: methods.manyFirst.bind(methods),
    maybeOne: methods.maybeOne.bind(methods),
    maybeOneFirst: methods.maybeOneFirst.bind(methods),
    one: methods.one.bind(methods),
    oneFirst: methods.oneFirst.bind(methods),
    execute: async (statement) => (await methods.query(statement)).rowCount,
    copyIn: (statement, source) => copy(statement, { source }),
    copyOut: (statement, sink) => copy(statement, { sink }),
  };
}

function transactionOf(methods: CommonQueryMethods, copies: CopyRegistry): Transaction {
  return {
    ...queriesOf(methods, copies),
    transaction: (work) => methods.transaction((inner) => work(transactionOf(inner, copies))),
  };
}

/**
 * Opens a pool; nothing is retried, because a COPY's stream cannot be read twice, and no statement is timed out
 * unless asked for.
 * @throws ConnectionError
 */
export async function openDatabase(options: OpenOptions = {}): Promise<Database> {
  const { url, connections = 4, statementTimeout, onNotice } = options;
  const copies = new CopyRegistry();
  const pool: DatabasePool = await createPool('postgresql://', {
    driverFactory: driverFactory(url, copies),
    interceptors: onNotice === undefined ? [checkRows] : [checkRows, noticeInterceptor(onNotice)],
    maxPoolSize: connections,
    connectionRetryLimit: 0,
    queryRetryLimit: 0,
    transactionRetryLimit: 0,
    connectionTimeout: 'DISABLE_TIMEOUT',
    idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT',
    statementTimeout: statementTimeout ?? 'DISABLE_TIMEOUT',
  });
  try {
    await pool.oneFirst(sql.unsafe`select 1`);
  } catch (error) {
    await pool.end();
    const { cause } = error as Error;
    throw cause instanceof ConnectionError ? cause : error;
  }
  return {
    ...queriesOf(pool, copies),
    transaction: (work) => pool.transaction((inner) => work(transactionOf(inner, copies))),
    end: () => pool.end(),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}
