import test from 'ava';
import { type Field, type VOTable, writeVotable } from '../../src/formats/write/votable.ts';
import { batchesOf, uglyColumns, uglyRows, written } from './write_support.ts';

const fields: readonly Field[] = [
  { datatype: 'boolean' },
  { datatype: 'short' },
  { datatype: 'int' },
  { datatype: 'long' },
  { datatype: 'double', ref: 'coosys', unit: 'deg', ucd: 'pos.eq.ra', utype: 'Char.C1' },
  { datatype: 'char', description: `It's <odd> & "quoted"` },
];

const table: VOTable = {
  producer: 'a test',
  infos: [{ name: `request & "x" 'y' <z>`, value: `a&b"c'd<e>`, content: `x & y <z> "q" 'p'` }],
  resource: {
    description:
      'A title & long enough to be wrapped at the seventieth column of the line, which is what astropy does',
    infos: [{ name: 'citation', value: 'doi:1' }],
    systems: [{ tag: 'COOSYS', attributes: { system: 'ICRS', refposition: 'TOPOCENTER', ID: 'coosys' } }],
  },
  fields,
};

test('a VOTable is laid out as astropy does', async (t) => {
  const columns = uglyColumns.map(({ type }, i) => ({ name: i === 5 ? '2nd name, α' : type, type }));
  t.is(
    String(await written(writeVotable(columns, batchesOf(uglyRows), table))),
    `<?xml version="1.0" encoding="utf-8"?>
<!-- Produced with a test -->
<VOTABLE version="1.5" xmlns="http://www.ivoa.net/xml/VOTable/v1.3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.ivoa.net/xml/VOTable/v1.3 http://www.ivoa.net/xml/VOTable/VOTable-1.5.xsd">
 <INFO ID="request____x___y___z_" name="request &amp; &quot;x&quot; &apos;y&apos; &lt;z&gt;" value="a&amp;b&quot;c&apos;d&lt;e&gt;">x &amp; y &lt;z&gt; "q" 'p'</INFO>
 <RESOURCE type="results">
  <DESCRIPTION>
   A title &amp; long enough to be wrapped at the seventieth column of the
   line, which is what astropy does
  </DESCRIPTION>
  <INFO ID="citation" name="citation" value="doi:1"/>
  <COOSYS ID="coosys" refposition="TOPOCENTER" system="ICRS"/>
  <TABLE>
   <FIELD ID="boolean" datatype="boolean" name="boolean"/>
   <FIELD ID="int16" datatype="short" name="int16"/>
   <FIELD ID="int32" datatype="int" name="int32"/>
   <FIELD ID="int64" datatype="long" name="int64"/>
   <FIELD ID="float64" datatype="double" name="float64" ref="coosys" ucd="pos.eq.ra" unit="deg" utype="Char.C1"/>
   <FIELD ID="_2nd_name___" arraysize="*" datatype="char" name="2nd name, α">
    <DESCRIPTION>
     It's &lt;odd&gt; &amp; "quoted"
    </DESCRIPTION>
   </FIELD>
   <DATA>
    <TABLEDATA>
     <TR>
      <TD>T</TD>
      <TD>-32768</TD>
      <TD>-2147483648</TD>
      <TD>9007199254740993</TD>
      <TD>4.02e-07</TD>
      <TD>a "b",\n\tα′ \\N</TD>
     </TR>
     <TR>
      <TD>F</TD>
      <TD>32767</TD>
      <TD>2147483647</TD>
      <TD>-9223372036854775808</TD>
      <TD>NaN</TD>
      <TD/>
     </TR>
     <TR>
      <TD/>
      <TD/>
      <TD/>
      <TD/>
      <TD/>
      <TD/>
     </TR>
    </TABLEDATA>
   </DATA>
  </TABLE>
 </RESOURCE>
</VOTABLE>
`,
  );
});

test('text that XML cannot hold as it is', async (t) => {
  const cells = ['<a>&</a>]]>', 'line\r\nfeed', 'bell\u0007\ud83d\ude00\ud83d'];
  const text = String(
    await written(
      writeVotable([{ name: 'x', type: 'string' }], batchesOf(cells.map((cell) => [cell])), {
        ...table,
        fields: [{ datatype: 'char' }],
      }),
    ),
  );
  t.deepEqual(
    [...text.matchAll(/<TD>([^<]*)<\/TD>/g)].map(([, cell]) => cell),
    ['&lt;a&gt;&amp;&lt;/a&gt;]]&gt;', 'line&#xD;\nfeed', 'bell\ufffd\u{1f600}\ufffd'],
  );
});

test('columns whose names make one ID have two', async (t) => {
  const columns = ['a b', 'a_b', 'a-b'].map((name) => ({ name, type: 'int64' }) as const);
  const text = String(
    await written(
      writeVotable(columns, batchesOf([]), { ...table, fields: columns.map(() => ({ datatype: 'long' })) }),
    ),
  );
  t.deepEqual(
    [...text.matchAll(/<FIELD ID="([^"]*)"/g)].map(([, id]) => id),
    ['a_b', 'a_b_2', 'a-b'],
  );
});
