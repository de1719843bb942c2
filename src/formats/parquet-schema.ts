import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { parquetSchema } from 'hyparquet';
import type { Column, ElementType } from './table.ts';
import { FormatError } from './table.ts';

/** A primitive field of the file, with the levels that say where it is absent (Dremel encoding). */
export interface Leaf {
  /** Position among the columns of each row group. */
  readonly index: number;
  readonly path: string;
  readonly element: SchemaElement;
  readonly type: ElementType;
  readonly storedAs: string;
  readonly maxDefinition: number;
  readonly maxRepetition: number;
}

/** A field of the schema after lists and maps have been recognised. `definition` is its level when present. */
export type Node = {
  readonly definition: number;
  readonly firstLeaf: number;
  readonly leaves: readonly Leaf[];
} & (
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'struct'; readonly fields: readonly (readonly [string, Node])[] }
  | {
      readonly kind: 'list';
      readonly itemDefinition: number;
      readonly repetition: number;
      readonly item: Node;
    }
  | {
      readonly kind: 'map';
      readonly itemDefinition: number;
      readonly repetition: number;
      readonly key: Node;
      readonly value: Node | undefined;
    }
);

/** One column of the table: what the loader sees and the tree it is read from. */
export interface ParquetColumn {
  readonly column: Column;
  readonly node: Node;
}

const NANOSECOND_NOTE = 'digits below the microsecond are dropped';

/**
 * Reads the schema of a file: a scalar for a primitive field, a ragged array for a list of primitives, jsonb for
 * everything deeper (structs, maps, lists of lists), by the list and map rules of the Parquet format
 * (LogicalTypes.md, including its backward-compatibility rules).
 */
export function parquetColumns(metadata: FileMetaData, path: string): ParquetColumn[] {
  const builder = new SchemaBuilder(path);
  return parquetSchema(metadata).children.map((tree) => builder.column(tree));
}

class SchemaBuilder {
  readonly #path: string;
  #leaves = 0;

  constructor(path: string) {
    this.#path = path;
  }

  column(tree: SchemaTree): ParquetColumn {
    const node = this.#node(tree, 0, 0);
    return { node, column: columnOf(tree, node) };
  }

  #node(tree: SchemaTree, definition: number, repetition: number): Node {
    const { element } = tree;
    if (element.repetition_type === 'REPEATED') {
      const item = this.#bare(tree, definition + 1, repetition + 1);
      return {
        ...spanOf([item]),
        kind: 'list',
        definition,
        itemDefinition: definition + 1,
        repetition: repetition + 1,
        item,
      };
    }
    return this.#bare(tree, definition + (element.repetition_type === 'OPTIONAL' ? 1 : 0), repetition);
  }

  /** The node of a field whose own repetition has been counted already. */
  #bare(tree: SchemaTree, definition: number, repetition: number): Node {
    const { element, children } = tree;
    if (element.type !== undefined) return this.#leaf(tree, definition, repetition);
    if (children.length === 0) {
      throw new FormatError(`group ${tree.path.join('.')} has no fields`, {
        path: this.#path,
        column: tree.path[0],
        hint: 'The file is damaged or not Parquet.',
      });
    }
    const repeated =
      children.length === 1 && children[0].element.repetition_type === 'REPEATED' ? children[0] : undefined;
    const annotation = element.converted_type ?? element.logical_type?.type;
    if (repeated && annotation === 'LIST') {
      const itemDefinition = definition + 1;
      const item = isItemItself(element, repeated)
        ? this.#bare(repeated, itemDefinition, repetition + 1)
        : this.#node(repeated.children[0], itemDefinition, repetition + 1);
      return {
        ...spanOf([item]),
        kind: 'list',
        definition,
        itemDefinition,
        repetition: repetition + 1,
        item,
      };
    }
    if (
      repeated &&
      (annotation === 'MAP' || annotation === 'MAP_KEY_VALUE') &&
      [1, 2].includes(repeated.children.length)
    ) {
      const itemDefinition = definition + 1;
      const [key, value] = repeated.children.map((child) =>
        this.#node(child, itemDefinition, repetition + 1),
      );
      const parts = value ? [key, value] : [key];
      return {
        ...spanOf(parts),
        kind: 'map',
        definition,
        itemDefinition,
        repetition: repetition + 1,
        key,
        value,
      };
    }
    const fields = children.map(
      (child) => [child.element.name, this.#node(child, definition, repetition)] as const,
    );
    return { ...spanOf(fields.map(([, node]) => node)), kind: 'struct', definition, fields };
  }

  #leaf(tree: SchemaTree, definition: number, repetition: number): Node {
    const leaf: Leaf = {
      index: this.#leaves++,
      path: tree.path.join('.'),
      element: tree.element,
      ...leafType(tree.element),
      maxDefinition: definition,
      maxRepetition: repetition,
    };
    return { kind: 'leaf', leaf, definition, firstLeaf: leaf.index, leaves: [leaf] };
  }
}

function spanOf(nodes: readonly Node[]): { firstLeaf: number; leaves: readonly Leaf[] } {
  return { firstLeaf: nodes[0].firstLeaf, leaves: nodes.flatMap((node) => node.leaves) };
}

/** Whether a list's repeated field is the item, not a wrapper around it: the format's backward-compatibility rules. */
function isItemItself(list: SchemaElement, repeated: SchemaTree): boolean {
  if (repeated.children.length !== 1) return true;
  const { name } = repeated.element;
  return (
    name === 'array' ||
    name === `${list.name}_tuple` ||
    repeated.children[0].element.repetition_type === 'REPEATED'
  );
}

function columnOf(tree: SchemaTree, node: Node): Column {
  const name = tree.element.name;
  const nullable = tree.element.repetition_type === 'OPTIONAL';
  const storedAs = spelling(node);
  const leaf =
    node.kind === 'leaf'
      ? node.leaf
      : node.kind === 'list' && node.item.kind === 'leaf'
        ? node.item.leaf
        : undefined;
  if (!leaf) return { name, type: 'jsonb', nullable, storedAs };
  const isFixed = leaf.type === 'bytea' && leaf.element.type === 'FIXED_LEN_BYTE_ARRAY';
  return {
    name,
    type: leaf.type,
    nullable,
    storedAs,
    ...(node.kind === 'list' ? { shape: 'ragged' as const } : {}),
    ...(isFixed ? { maxLength: leaf.element.type_length } : {}),
    ...(dropsNanoseconds(leaf.element) ? { note: NANOSECOND_NOTE } : {}),
  };
}

function spelling(node: Node): string {
  switch (node.kind) {
    case 'leaf':
      return node.leaf.storedAs;
    case 'list':
      return `list<${spelling(node.item)}>`;
    case 'map':
      return `map<${spelling(node.key)}, ${node.value ? spelling(node.value) : 'null'}>`;
    case 'struct':
      return `struct<${node.fields.map(([name, field]) => `${name}: ${spelling(field)}`).join(', ')}>`;
  }
}

function dropsNanoseconds({ type, logical_type }: SchemaElement): boolean {
  if (type === 'INT96') return true;
  return (
    (logical_type?.type === 'TIMESTAMP' || logical_type?.type === 'TIME') && logical_type.unit === 'NANOS'
  );
}

function leafType(element: SchemaElement): { type: ElementType; storedAs: string } {
  const physical =
    element.type === 'FIXED_LEN_BYTE_ARRAY'
      ? `FIXED_LEN_BYTE_ARRAY(${element.type_length})`
      : String(element.type);
  const logical = logicalOf(element);
  return {
    type: elementType(element, logical),
    storedAs: logical.label ? `${physical} ${logical.label}` : physical,
  };
}

/** The meaning of a primitive field, from its logical type or from the older converted type. */
export type Logical =
  | {
      readonly kind: 'plain' | 'null' | 'string' | 'json' | 'uuid' | 'float16' | 'date' | 'interval';
      readonly label: string;
    }
  | { readonly kind: 'integer'; readonly bits: number; readonly signed: boolean; readonly label: string }
  | { readonly kind: 'decimal'; readonly scale: number; readonly label: string }
  | {
      readonly kind: 'time' | 'timestamp';
      readonly unit: 'MILLIS' | 'MICROS' | 'NANOS';
      readonly utc: boolean;
      readonly label: string;
    };

const PLAIN: Logical = { kind: 'plain', label: '' };

/** Reads a field's annotation, the newer form first; an annotation that its physical type cannot carry is ignored. */
export function logicalOf(element: SchemaElement): Logical {
  const meaning = annotationOf(element);
  return fits(element, meaning) ? meaning : PLAIN;
}

function annotationOf({ logical_type: logical, converted_type: converted, scale }: SchemaElement): Logical {
  switch (logical?.type) {
    case 'STRING':
    case 'ENUM':
      return { kind: 'string', label: logical.type };
    case 'JSON':
      return { kind: 'json', label: 'JSON' };
    case 'UUID':
      return { kind: 'uuid', label: 'UUID' };
    case 'FLOAT16':
      return { kind: 'float16', label: 'FLOAT16' };
    case 'DATE':
      return { kind: 'date', label: 'DATE' };
    case 'NULL':
      return { kind: 'null', label: 'NULL' };
    case 'INTEGER':
      return integer(logical.bitWidth, logical.isSigned);
    case 'DECIMAL':
      return {
        kind: 'decimal',
        scale: logical.scale ?? 0,
        label: `DECIMAL(${logical.precision}, ${logical.scale ?? 0})`,
      };
    case 'TIME':
    case 'TIMESTAMP': {
      const kind = logical.type === 'TIME' ? 'time' : 'timestamp';
      const label = `${logical.type}(${logical.unit}${logical.isAdjustedToUTC ? ', UTC' : ''})`;
      return { kind, unit: logical.unit, utc: logical.isAdjustedToUTC, label };
    }
  }
  switch (converted) {
    case 'UTF8':
    case 'ENUM':
      return { kind: 'string', label: converted === 'UTF8' ? 'STRING' : 'ENUM' };
    case 'JSON':
      return { kind: 'json', label: 'JSON' };
    case 'DATE':
      return { kind: 'date', label: 'DATE' };
    case 'INTERVAL':
      return { kind: 'interval', label: 'INTERVAL' };
    case 'DECIMAL':
      return { kind: 'decimal', scale: scale ?? 0, label: `DECIMAL(scale ${scale ?? 0})` };
    case 'TIME_MILLIS':
    case 'TIME_MICROS':
      return {
        kind: 'time',
        unit: converted === 'TIME_MILLIS' ? 'MILLIS' : 'MICROS',
        utc: true,
        label: converted,
      };
    // The older annotation means instants in UTC.
    case 'TIMESTAMP_MILLIS':
    case 'TIMESTAMP_MICROS':
      return {
        kind: 'timestamp',
        unit: converted === 'TIMESTAMP_MILLIS' ? 'MILLIS' : 'MICROS',
        utc: true,
        label: converted,
      };
  }
  const width = /^(U?)INT_(8|16|32|64)$/.exec(converted ?? '');
  return width ? integer(Number(width[2]), width[1] === '') : PLAIN;
}

function integer(bits: number, signed: boolean): Logical {
  return { kind: 'integer', bits, signed, label: `${signed ? '' : 'U'}INT${bits}` };
}

function fits({ type, type_length: length }: SchemaElement, logical: Logical): boolean {
  switch (logical.kind) {
    case 'integer':
      return type === (logical.bits === 64 ? 'INT64' : 'INT32');
    case 'date':
      return type === 'INT32';
    case 'time':
      return type === (logical.unit === 'MILLIS' ? 'INT32' : 'INT64');
    case 'timestamp':
      return type === 'INT64';
    case 'string':
    case 'json':
      return type === 'BYTE_ARRAY';
    case 'uuid':
      return type === 'FIXED_LEN_BYTE_ARRAY' && length === 16;
    case 'float16':
      return type === 'FIXED_LEN_BYTE_ARRAY' && length === 2;
    case 'interval':
      return type === 'FIXED_LEN_BYTE_ARRAY' && length === 12;
    case 'decimal':
      return type === 'INT32' || type === 'INT64' || type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY';
    default:
      return true;
  }
}

function elementType(element: SchemaElement, logical: Logical): ElementType {
  switch (logical.kind) {
    case 'null':
    case 'string':
    case 'time':
    case 'interval':
      return 'text';
    case 'json':
      return 'jsonb';
    case 'uuid':
      return 'uuid';
    case 'float16':
      return 'float32';
    case 'date':
      return 'date';
    case 'decimal':
      return 'numeric';
    case 'timestamp':
      return logical.utc ? 'timestamptz' : 'timestamp';
    case 'integer':
      return integerType(logical.signed ? logical.bits : logical.bits + 1);
  }
  switch (element.type) {
    case 'BOOLEAN':
      return 'boolean';
    case 'INT32':
      return 'int32';
    case 'INT64':
      return 'int64';
    // Impala and Spark wrote instants so, in UTC by Spark and local by Impala: no zone is claimed.
    case 'INT96':
      return 'timestamp';
    case 'FLOAT':
      return 'float32';
    case 'DOUBLE':
      return 'float64';
    default:
      return 'bytea';
  }
}

/** The narrowest PostgreSQL type that holds every integer of so many bits, the sign counted. */
function integerType(bits: number): ElementType {
  if (bits <= 16) return 'int16';
  if (bits <= 32) return 'int32';
  return bits <= 64 ? 'int64' : 'numeric';
}
