/** `almagest butler`: dataset types, datasets, tags, calibrations. */
import type { Command } from 'commander';
import { integer, names, queryOptions } from '../arguments.ts';
import {
  callSql,
  printCall,
  printQuery,
  type RegistryOptions,
  registryCommand,
  reportCall,
  withClient,
  withRegistry,
} from '../call.ts';

function registerDatasetType(): Command {
  return registryCommand('register-dataset-type')
    .argument('<name>')
    .argument('<storage-class>', 'such as Exposure, ArrowTable, StructuredDataDict')
    .argument('[dimensions...]', 'such as instrument exposure detector, also as a,b,c')
    .option('--is-calibration', 'its datasets have validity ranges in CALIBRATION collections')
    .description('define a type of datasets')
    .action(
      (
        name: string,
        storageClass: string,
        dimensions: string[],
        options: RegistryOptions & { isCalibration?: boolean },
      ) =>
        reportCall<boolean>(
          {
            name: 'register_dataset_type',
            arguments: {
              name,
              dimensions: dimensions.flatMap((dimension) => names(dimension)),
              storage_class: storageClass,
              is_calibration: options.isCalibration,
            },
          },
          options,
          (made) => (made ? `${name} is registered` : `${name} exists already, defined alike`),
        ),
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest butler register-dataset-type raw Exposure instrument exposure detector
  almagest butler register-dataset-type bias ExposureF instrument,detector --is-calibration`,
    );
}

function queryDatasetTypes(): Command {
  return registryCommand('query-dataset-types')
    .argument('[expressions...]', 'names and globs (default: all)')
    .description('list dataset types')
    .action((expressions: string[], options: RegistryOptions) =>
      printCall(
        {
          name: 'query_dataset_types',
          arguments: { expression: expressions.length > 0 ? expressions : undefined },
        },
        options,
      ),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest butler query-dataset-types 'deepCoadd*'`,
    );
}

function removeDatasetType(): Command {
  return registryCommand('remove-dataset-type')
    .argument('<name>')
    .description('remove a dataset type that no dataset has; one that does not exist is no error')
    .action((name: string, options: RegistryOptions) =>
      reportCall({ name: 'remove_dataset_type', arguments: { name } }, options, () => `${name} is removed`),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest butler remove-dataset-type bias`,
    );
}

interface Search {
  readonly collections: string[];
  readonly where?: string;
  readonly bind?: string;
  readonly findFirst?: boolean;
  readonly orderBy?: string[];
  readonly limit?: number;
}

const searchArguments = (datasetType: string, options: Search) => ({
  dataset_type: datasetType,
  collections: options.collections,
  where: options.where,
  bind: options.bind,
  find_first: options.findFirst ?? false,
  order_by: options.orderBy,
  limit: options.limit,
});

function queryDatasets(): Command {
  return queryOptions(registryCommand('query-datasets'))
    .argument('<dataset-type>')
    .requiredOption(
      '-c, --collections <names>',
      'where to search, in this order; globs without --find-first',
      names,
    )
    .option('-f, --find-first', 'one dataset a data ID: that of the first collection that has one')
    .description('list datasets')
    .action((datasetType: string, options: RegistryOptions & Search) =>
      printCall(
        { name: 'query_datasets', arguments: searchArguments(datasetType, options) },
        options,
        'data_id',
      ),
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest butler query-datasets raw --collections DECam/raw/all --where "instrument='DECam' and exposure.day_obs=20190401"
  almagest butler query-datasets bias --collections DEEP/20190401/bias --find-first --json`,
    );
}

function associate(): Command {
  return registryCommand('associate')
    .argument('<collection>', 'a TAGGED collection, made where there is none')
    .requiredOption('--dataset-type <names>', 'which datasets', names)
    .requiredOption(
      '-c, --collections <names>',
      'where to search, in this order; globs without --find-first',
      names,
    )
    .option('-w, --where <expression>', 'which data IDs')
    .option('--bind <json>', 'values of the names that the expression binds')
    .option('-f, --find-first', 'one dataset a data ID: that of the first collection that has one')
    .description('add datasets to a TAGGED collection')
    .action(async (collection: string, options: RegistryOptions & Search & { datasetType: string[] }) => {
      await withClient(options, async (client) => {
        await client.query('begin');
        const register = callSql(
          client,
          withRegistry(
            { name: 'register_collection', arguments: { name: collection, type: 'TAGGED' } },
            options,
          ),
        );
        await client.query(`select ${register.sql}`, register.values);
        let count = 0n;
        for (const datasetType of options.datasetType) {
          const search = callSql(
            client,
            withRegistry(
              { name: 'query_datasets', arguments: searchArguments(datasetType, options) },
              options,
            ),
          );
          const place = search.values.length;
          const { rows } = await client.query<{ count: bigint }>(
            `select butler.associate($${place + 1}, array(select id from ${search.sql} as found)${
              options.registry === undefined ? '' : `, registry => $${place + 2}`
            }) as count`,
            [...search.values, collection, ...(options.registry === undefined ? [] : [options.registry])],
          );
          count += rows[0].count;
        }
        await client.query('commit');
        console.log(options.json ? String(count) : `${count} datasets are new in ${collection}`);
      });
    })
    .addHelpText(
      'after',
      `
Example:
  almagest butler associate DEEP/20190401/bias/raw --dataset-type raw --collections DECam/raw/all \\
    --where "instrument='DECam' and exposure.day_obs=20190401 and exposure.observation_type='zero'"`,
    );
}

function certifyCalibrations(): Command {
  return registryCommand('certify-calibrations')
    .argument('<input>', 'the collection that holds them')
    .argument('<output>', 'a CALIBRATION collection, made where there is none')
    .argument('<dataset-type>')
    .option('--begin-date <iso>', 'from this time on, TAI (default: always)')
    .option('--end-date <iso>', 'up to this time, TAI (default: for ever)')
    .option('--search-all-inputs', 'search every child of a chained input, not only its first')
    .description('give calibrations a validity range')
    .action(
      (
        input: string,
        output: string,
        datasetType: string,
        options: RegistryOptions & { beginDate?: string; endDate?: string; searchAllInputs?: boolean },
      ) =>
        reportCall<bigint>(
          {
            name: 'certify_calibrations',
            arguments: {
              input,
              output,
              dataset_type: datasetType,
              begin_date: options.beginDate,
              end_date: options.endDate,
              search_all_inputs: options.searchAllInputs,
            },
          },
          options,
          (count) => `${count} datasets of ${datasetType} are certified in ${output}`,
        ),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest butler certify-calibrations DEEP/20190401/bias DEEP/20190401/calib/bias bias \\
    --begin-date 2000-01-01 --end-date 2050-01-01 --search-all-inputs`,
    );
}

function decertify(): Command {
  return registryCommand('decertify')
    .argument('<collection>', 'a CALIBRATION collection')
    .argument('<dataset-type>')
    .option('--begin-date <iso>', 'from this time on, TAI (default: always)')
    .option('--end-date <iso>', 'up to this time, TAI (default: for ever)')
    .description('take validity away from calibrations, splitting ranges where need be')
    .action(
      async (
        collection: string,
        datasetType: string,
        options: RegistryOptions & { beginDate?: string; endDate?: string },
      ) => {
        await withClient(options, async (client) => {
          const registry = options.registry === undefined ? '' : ', registry => $5';
          const { rows } = await client.query<{ count: bigint }>(
            `select butler.decertify($1, $2, butler.timespan($3, $4)${registry}) as count`,
            [
              collection,
              datasetType,
              options.beginDate ?? null,
              options.endDate ?? null,
              ...(options.registry === undefined ? [] : [options.registry]),
            ],
          );
          console.log(
            options.json
              ? String(rows[0].count)
              : `${rows[0].count} validity ranges of ${datasetType} are changed in ${collection}`,
          );
        });
      },
    )
    .addHelpText(
      'after',
      `
Example:
  almagest butler decertify DEEP/20190401/calib/bias bias --begin-date 2019-04-01 --end-date 2019-04-10`,
    );
}

function queryDataIds(): Command {
  return queryOptions(registryCommand('query-data-ids'))
    .argument('<dimensions...>', 'such as exposure detector, also as a,b,c')
    .option('--datasets <names>', 'only data IDs for which these dataset types have a dataset', names)
    .option('-c, --collections <names>', 'where to search those datasets; also globs', names)
    .description('list data IDs: a column for each dimension, also those that the given ones require')
    .action(
      async (dimensions: string[], options: RegistryOptions & Partial<Search> & { datasets?: string[] }) => {
        await withClient(options, async (client) => {
          const { sql, values } = callSql(
            client,
            withRegistry(
              {
                name: 'query_data_ids',
                arguments: {
                  dimensions: dimensions.flatMap((dimension) => names(dimension)),
                  datasets: options.datasets,
                  collections: options.collections,
                  where: options.where,
                  bind: options.bind,
                  order_by: options.orderBy,
                  limit: options.limit,
                },
              },
              options,
            ),
          );
          await printQuery(
            client,
            `select data_id from ${sql} as found (data_id)`,
            values,
            options,
            'data_id',
          );
        });
      },
    )
    .addHelpText(
      'after',
      `
Examples:
  almagest butler query-data-ids visit tract --where "instrument='DECam' and skymap='discrete'"
  almagest butler query-data-ids exposure,detector --datasets raw --collections DECam/raw/all`,
    );
}

function queryDimensionRecords(): Command {
  return queryOptions(registryCommand('query-dimension-records'))
    .argument('<element>', 'such as exposure, visit, detector')
    .option('--offset <n>', 'skip this many rows', integer)
    .description('list records of a dimension, or of a table that joins dimensions')
    .action((element: string, options: RegistryOptions & Partial<Search> & { offset?: number }) =>
      withClient(options, async (client) => {
        const call = withRegistry(
          {
            name: 'query_dimension_records',
            arguments: {
              element,
              where: options.where,
              bind: options.bind,
              order_by: options.orderBy,
              limit: options.limit === undefined ? undefined : options.limit + (options.offset ?? 0),
            },
          },
          options,
        );
        const { sql, values } = callSql(client, call);
        await printQuery(
          client,
          `select record from ${sql} as found (record) offset ${options.offset ?? 0}`,
          values,
          options,
          'record',
        );
      }),
    )
    .addHelpText(
      'after',
      `
Example:
  almagest butler query-dimension-records exposure --where "instrument='DECam' and exposure.day_obs=20190401" --order-by exposure`,
    );
}

export const datasetCommands = (): Command[] => [
  registerDatasetType(),
  queryDatasetTypes(),
  removeDatasetType(),
  queryDatasets(),
  queryDataIds(),
  queryDimensionRecords(),
  associate(),
  certifyCalibrations(),
  decertify(),
];
