/** The operations of the scenarios, each as the SQL that an analyst would write. */
import type pg from 'pg';
import { isObject, type Json, type JsonObject, regionJson, timespanJson } from './values.ts';

export interface Step extends JsonObject {
  readonly op: string;
}

type Operation = (step: Step) => Promise<Json>;

/** Detectors of the scenarios' toy camera: corners on the tangent plane [deg]. */
const toyCamera: Readonly<Record<string, readonly [number, number, number, number]>> = {
  1: [-0.95, -0.3, -0.65, -0.15],
  2: [-0.95, -0.12, -0.65, 0.03],
  3: [-0.95, 0.06, -0.65, 0.21],
  31: [-0.15, -0.12, 0.15, 0.03],
  57: [0.35, 0.3, 0.65, 0.45],
  60: [0.65, -0.3, 0.95, -0.15],
};

const names = (value: Json | undefined): readonly Json[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

const json = (value: Json | undefined) => (value === undefined ? undefined : JSON.stringify(value));

/** Runs the operations of one scenario through one session, whose registry is set. */
export class Operations {
  private readonly client: pg.Client;
  private cameraLoaded = false;

  constructor(client: pg.Client) {
    this.client = client;
  }

  async run(step: Step): Promise<Json> {
    const operation = this.operations[step.op];
    if (!operation) throw new Error(`no such operation: ${step.op}`);
    return operation(step);
  }

  /** Calls a function with the arguments that are given; `undefined` leaves one to its default. */
  private async call<R extends pg.QueryResultRow>(
    name: string,
    given: Readonly<Record<string, unknown>>,
  ): Promise<R[]> {
    const values: unknown[] = [];
    const list = Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([argument, value]) => `${this.client.escapeIdentifier(argument)} => $${values.push(value)}`);
    return (await this.client.query<R>(`select * from butler.${name}(${list.join(', ')})`, values)).rows;
  }

  private async value<T>(name: string, given: Readonly<Record<string, unknown>>): Promise<T> {
    const [row] = await this.call(name, given);
    return row?.[Object.keys(row)[0]] as T;
  }

  /** A timespan of the scenarios as int8range text. */
  private async timespan(value: Json | undefined): Promise<string | undefined> {
    if (value === undefined || value === null) return undefined;
    if (value === 'empty') return 'empty';
    if (!isObject(value)) throw new Error(`not a timespan: ${JSON.stringify(value)}`);
    if (value.begin_ns !== undefined) return `[${String(value.begin_ns)},${String(value.end_ns)})`;
    const [row] = (
      await this.client.query<{ timespan: string }>('select butler.timespan($1, $2)::text as timespan', [
        value.begin,
        value.end,
      ])
    ).rows;
    return row.timespan;
  }

  private query(step: Step) {
    return {
      where: step.where,
      bind: json(step.bind),
      data_id: json(step.data_id),
      order_by: step.order_by,
      limit: step.limit,
    };
  }

  private async dataset(name: string, given: Readonly<Record<string, unknown>>): Promise<Json> {
    const [row] = await this.call<JsonObject & pg.QueryResultRow>(name, given);
    return row ?? null;
  }

  private chainEdit(name: string): Operation {
    return (step) =>
      this.value(name, {
        parent: step.parent,
        children: names(step.children),
        ...(step.flatten === undefined ? {} : { flatten: step.flatten }),
      });
  }

  private async collection(name: Json): Promise<Json> {
    const [row] = await this.call<JsonObject & pg.QueryResultRow>('get_collection', { name });
    return row && { ...row, doc: row.doc ?? '' };
  }

  private async defineVisits(step: Step): Promise<Json> {
    if (!this.cameraLoaded) {
      const detectors = Object.entries(toyCamera).map(([id, [x0, y0, x1, y1]]) => ({
        id: Number(id),
        corners_deg: [
          [x0, y0],
          [x1, y0],
          [x1, y1],
          [x0, y1],
        ],
      }));
      await this.call('load_camera', { name: 'toy', geometry: JSON.stringify({ detectors }) });
      this.cameraLoaded = true;
    }
    const { op: _, where, expect: __, note: ___, ...options } = step;
    const [row] = await this.call('define_visits', {
      instrument: 'DECam',
      camera: 'toy',
      where: where ?? '',
      ...options,
    });
    return Object.fromEntries(Object.entries(row).map(([name, count]) => [name, Number(count)]));
  }

  private async transaction(step: Step): Promise<Json> {
    await this.client.query('begin');
    try {
      const results: Json[] = [];
      for (const inner of step.steps as readonly Step[]) results.push(await this.run(inner));
      if (step.fail_at_end) {
        await this.client.query('rollback');
        return 'rolled back';
      }
      await this.client.query('commit');
      return results;
    } catch (error) {
      await this.client.query('rollback');
      throw error;
    }
  }

  private async insertedDatasets(step: Step): Promise<Json> {
    const rows = await this.call<{ insert_datasets: string }>('insert_datasets', {
      dataset_type: step.dataset_type,
      run: step.run,
      data_ids: json(step.data_ids),
      id_mode: step.id_mode,
    });
    if (step.id_mode === undefined || step.id_mode === 'UNIQUE') return { count: rows.length };
    return Promise.all(rows.map((row) => this.dataset('get_dataset', { id: row.insert_datasets })));
  }

  private async records(step: Step): Promise<Json> {
    const rows = await this.call<{ query_dimension_records: JsonObject }>('query_dimension_records', {
      element: step.element,
      ...this.query(step),
    });
    return rows.map(({ query_dimension_records: record }) =>
      Object.fromEntries(
        Object.entries(record)
          .filter(([name]) => step.fields === undefined || names(step.fields).includes(name))
          .map(([name, value]) => [name, recordField(name, value)]),
      ),
    );
  }

  private readonly operations: Readonly<Record<string, Operation>> = {
    conform_dimensions: async (step) =>
      (
        await this.call<JsonObject & pg.QueryResultRow>('conform_dimensions', { dimensions: step.dimensions })
      )[0],
    register_dataset_type: (step) =>
      this.value('register_dataset_type', {
        name: step.name,
        dimensions: step.dimensions,
        storage_class: step.storage_class,
        is_calibration: step.is_calibration,
      }),
    get_dataset_type: (step) => this.dataset('get_dataset_type', { name: step.name }),
    remove_dataset_type: (step) => this.nothing('remove_dataset_type', { name: step.name }),
    query_dataset_types: async (step) =>
      (await this.call<{ name: string }>('query_dataset_types', { expression: names(step.expression) })).map(
        ({ name }) => name,
      ),
    insert_dimension_records: (step) =>
      this.nothing('insert_dimension_records', {
        element: step.element,
        records: json(step.records),
        on_conflict: step.on_conflict,
      }),
    sync_dimension_record: async (step) => {
      const result = await this.value<Json>('sync_dimension_record', {
        element: step.element,
        record: json(step.record),
        update: step.update,
      });
      if (!isObject(result)) return result;
      const old = result.updated_old_values as JsonObject;
      return {
        updated_old_values: Object.fromEntries(
          Object.entries(old).map(([name, value]) => [name, recordField(name, value)]),
        ),
      };
    },
    expand_data_id: async (step) => {
      const [row] = await this.call('expand_data_id', { data_id: json(step.data_id) });
      return { full: row.data_id, timespan: timespanJson(row.timespan), has_region: row.region !== null };
    },
    register_collection: (step) =>
      this.value('register_collection', { name: step.name, type: step.type, doc: step.doc }),
    get_collection: (step) => this.collection(step.name),
    set_chain: this.chainEdit('set_chain'),
    redefine_chain: this.chainEdit('set_chain'),
    prepend_chain: this.chainEdit('prepend_chain'),
    extend_chain: this.chainEdit('extend_chain'),
    remove_from_chain: this.chainEdit('remove_from_chain'),
    get_chain: (step) => this.value('get_chain', { parent: step.parent }),
    get_parents: (step) => this.value('get_parents', { name: step.name ?? step.child ?? step.collection }),
    query_collections: async (step) =>
      (
        await this.call<{ name: string }>('query_collections', {
          expression: names(step.expression),
          types: step.types === undefined ? undefined : names(step.types),
          flatten_chains: step.flatten_chains,
          include_chains: step.include_chains,
        })
      ).map(({ name }) => name),
    collection_summary: (step) => this.dataset('collection_summary', { name: step.name }),
    import_datasets: async (step) => {
      await this.call('import_datasets', {
        dataset_type: step.dataset_type,
        run: step.run,
        datasets: json(step.datasets),
        assume_new: step.assume_new,
      });
      return { count: names(step.datasets).length };
    },
    insert_datasets: (step) => this.insertedDatasets(step),
    get_dataset: (step) => this.dataset('get_dataset', { id: step.id }),
    associate: (step) => this.nothing('associate', { collection: step.collection, ids: step.ids }),
    disassociate: (step) => this.nothing('disassociate', { collection: step.collection, ids: step.ids }),
    certify: async (step) =>
      this.nothing('certify', {
        collection: step.collection,
        ids: step.ids,
        timespan: await this.timespan(step.timespan),
      }),
    decertify: async (step) =>
      this.nothing('decertify', {
        collection: step.collection,
        dataset_type: step.dataset_type,
        timespan: await this.timespan(step.timespan),
        data_ids: json(step.data_ids),
      }),
    find_dataset: async (step) =>
      this.dataset('find_dataset', {
        dataset_type: step.dataset_type,
        data_id: json(step.data_id),
        collections: names(step.collections),
        timespan: await this.timespan(step.timespan),
      }),
    query_datasets: (step) =>
      this.call<JsonObject & pg.QueryResultRow>('query_datasets', {
        dataset_type: step.dataset_type,
        collections: names(step.collections),
        find_first: step.find_first,
        ...this.query(step),
      }),
    query_associations: async (step) =>
      (
        await this.call('query_associations', {
          dataset_type: step.dataset_type,
          collections: names(step.collections),
          types: step.types === undefined ? undefined : names(step.types),
        })
      ).map((row) => ({ ...row, timespan: timespanJson(row.timespan) })),
    query_data_ids: async (step) =>
      (
        await this.call<{ query_data_ids: JsonObject }>('query_data_ids', {
          dimensions: step.dimensions,
          datasets: step.datasets === undefined ? undefined : names(step.datasets),
          collections: step.collections === undefined ? undefined : names(step.collections),
          ...this.query(step),
        })
      ).map((row) => row.query_data_ids),
    query_dimension_records: (step) => this.records(step),
    remove_collection: (step) => this.nothing('remove_collection', { name: step.name }),
    remove_runs: (step) =>
      this.nothing('remove_runs', {
        names: names(step.names),
        unlink_from_chains: step.unlink_from_chains,
      }),
    remove_datasets: (step) => this.nothing('remove_datasets', { ids: step.ids }),
    prune_datasets: (step) =>
      this.nothing('prune_datasets', {
        ids: step.ids,
        disassociate: step.disassociate,
        unstore: step.unstore,
        purge: step.purge,
        tags: step.tags === undefined ? undefined : names(step.tags),
      }),
    parse_expression: (step) => this.value('parse_expression', { expression: step.where }),
    define_visits: (step) => this.defineVisits(step),
    transaction: (step) => this.transaction(step),
  };

  /** Empties runs, as the reference does before it refuses to remove them. */
  async removeDatasetsOfRuns(runs: readonly string[]): Promise<void> {
    await this.client.query(
      `select butler.remove_datasets(array(
         select a.id
         from butler.query_dataset_types() t, butler.query_associations(t.name, $1, array['RUN']) a))`,
      [runs],
    );
  }

  private async nothing(name: string, given: Readonly<Record<string, unknown>>): Promise<null> {
    await this.call(name, given);
    return null;
  }
}

function recordField(name: string, value: Json): Json {
  if (name === 'timespan') return timespanJson(value as string | null);
  if (name === 'region') return regionJson(value as string | null);
  return value;
}
