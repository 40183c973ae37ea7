// `node read.js exceljs|sheetjs FILE`: print each sheet's cells as JSON, {sheet: {address: text}}.
const [reader, file] = process.argv.slice(2);

async function readExcelJs() {
  const { Workbook } = require("exceljs");
  const book = new Workbook();
  await book.xlsx.readFile(file);
  const sheets = {};
  book.eachSheet((sheet) => {
    const cells = (sheets[sheet.name] = {});
    sheet.eachRow((row) => row.eachCell((cell) => (cells[cell.address] = cell.master === cell ? cell.text : "")));
  });
  return sheets;
}

async function readSheetJs() {
  const { readFile } = require("xlsx");
  const book = readFile(file, { cellDates: true });
  const sheets = {};
  for (const name of book.SheetNames) {
    const cells = (sheets[name] = {});
    for (const [address, cell] of Object.entries(book.Sheets[name])) {
      if (!address.startsWith("!")) cells[address] = String(cell.v ?? "");
    }
  }
  return sheets;
}

({ exceljs: readExcelJs, sheetjs: readSheetJs })[reader]().then(
  (sheets) => process.stdout.write(JSON.stringify(sheets)),
  (error) => {
    process.stderr.write(String(error.stack));
    process.exitCode = 1;
  },
);
