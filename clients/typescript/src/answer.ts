// The types of schemas/answer.schema.json. Made by `npm run types`; not to be edited.

/**
 * The answer to a job: a document, a note of where it was put, or why there is none.
 */
export type Answer = Success | Delivered | Failure;
/**
 * What an element is:
 *
 * - `title`: the document's title
 * - `section_header`: a heading; `level` says of which rank, from 1
 * - `text`: a paragraph, an address, a label or a value, or any other block of text
 * - `list_item`: an item of a list, its marker in the text; `level` says how deep it is nested, from 1
 * - `table`: a table; its cells are in `tables`, under the same id
 * - `caption`: what is said of a table or a figure, which `caption_of` names
 * - `picture`: a figure, a logo, a seal or a stamp; its text is what stands in it
 * - `chart`: a diagram; its text is what stands in it
 * - `formula`: a formula that stands by itself, read as plain characters
 * - `code`: lines of a program
 * - `footnote`: a note below a page's text, or below a table or figure
 * - `reference`: an entry of a list of literature
 * - `document_index`: a table of contents
 * - `page_header`: what stands at the top of pages again and again
 * - `page_footer`: what stands at the foot of pages again and again, page numbers too
 * - `checkbox_selected`: a check box or radio button that is ticked; `label` are the words that it stands by
 * - `checkbox_unselected`: one that is not ticked
 */
export type ElementType =
  | "title"
  | "section_header"
  | "text"
  | "list_item"
  | "table"
  | "caption"
  | "picture"
  | "chart"
  | "formula"
  | "code"
  | "footnote"
  | "reference"
  | "document_index"
  | "page_header"
  | "page_footer"
  | "checkbox_selected"
  | "checkbox_unselected";
/**
 * Where a text is from:
 *
 * - `text_layer`: the characters that the document itself has, as they are
 * - `ocr`: recognised from the picture of the page
 */
export type TextSource = "text_layer" | "ocr";
export type FieldNode = FieldValue | (FieldValue | FieldObject)[] | FieldObject;
/**
 * Where a field's value is from:
 *
 * - `text_layer`: the characters that the document itself has, as they are
 * - `ocr`: recognised from the picture of the page
 * - `embedded_xml`: the structured data that came inside the document (ZUGFeRD, Factur-X, XRechnung)
 */
export type FieldSource = "text_layer" | "ocr" | "embedded_xml";
/**
 * What a document really is, by its content.
 */
export type DocumentFormat = "pdf" | "png" | "jpeg" | "tiff" | "webp" | "bmp" | "gif" | "xml";
/**
 * Why a job or a page failed, and what to do about it:
 *
 * - `INVALID_INPUT`: The job's input does not follow the schema, or asks for what the document does not have. To do: mend the input; the message names each key that is wrong.
 * - `FETCH_FORBIDDEN`: `document_url` or `result_url` points where this worker does not go. To do: give a public address, or have the operator open this one (`FETCH_ALLOW_HOSTS`, `FETCH_ALLOW_NETWORKS`).
 * - `FETCH_FAILED`: The document's server could not be reached, broke off, or put the request off (408, 425, 429, 5xx). To do: ask again, later each time.
 * - `FETCH_FAILED`: The document's server answered, and would answer the same again: the link may have expired. To do: make a new link, and check that it opens without a login.
 * - `FETCH_TIMEOUT`: The document did not arrive in time. To do: ask again; if it stays, send the document itself.
 * - `DOCUMENT_TOO_LARGE`: More bytes than the worker accepts. To do: send fewer pages a document, or have the operator raise `MAX_DOCUMENT_BYTES`.
 * - `UNSUPPORTED_FORMAT`: The bytes are of no format that this worker reads. To do: send a PDF or an image; print office documents to a PDF.
 * - `DOCUMENT_CORRUPT`: The bytes claim a format, and cannot be opened as such. To do: open the document in a viewer; save or print it anew, and send that.
 * - `PASSWORD_REQUIRED`: The document is encrypted and no password came with it. To do: ask again with `password`.
 * - `PASSWORD_WRONG`: The document is encrypted and the password does not open it. To do: ask again with the right `password`.
 * - `TOO_MANY_PAGES`: More pages than one job may have. To do: ask for some of the pages at a time, with `pages`.
 * - `PAGE_TOO_LARGE`: A page with more pixels than the worker decodes. To do: send the page at a lower resolution, or in parts.
 * - `PAGE_TOO_COMPLEX`: A page, or opening the document, takes more time than it may, by the processor or by the clock. To do: print the document to a new PDF, or send its pages as pictures; the same again fails again.
 * - `DEADLINE_EXCEEDED`: The time was up before a single page was finished. To do: ask again with a longer `deadline_s`, or for fewer `pages`.
 * - `OUTPUT_TOO_LARGE`: The answer has more bytes than are handed over, through RunPod or over HTTP. To do: pass `result_url`, or ask for fewer `pages` or `outputs`.
 * - `DELIVERY_FAILED`: The result's destination could not be reached, broke off, or put it off (408, 425, 429, 5xx). To do: ask again, later each time.
 * - `DELIVERY_FAILED`: The result's destination answered, and would answer the same again: the link may have expired. To do: make a new link for `result_url`, and check that it takes a PUT; tell the operator if it is their bucket.
 * - `OUT_OF_MEMORY`: The device's memory, or the host's, was not enough for a page. To do: ask again, once or twice; if it stays, ask for fewer `pages`.
 * - `MODEL_FAILURE`: A model raised on every page of the document. To do: ask again, once or twice; if it stays, tell the operator.
 * - `WORKER_UNHEALTHY`: The worker itself cannot serve: weights are missing, the device is not usable, or it is told to leave. To do: ask again: another worker takes it, or this one when it is ready.
 * - `CANCELLED`: The caller stopped the job. To do: nothing, if the caller stopped it; else ask again.
 * - `INTERNAL`: Anything not foreseen; the log has the details under the job's id. To do: ask again, once or twice; if it stays, tell the operator the `document_id`.
 */
export type ErrorCode =
  | "INVALID_INPUT"
  | "FETCH_FORBIDDEN"
  | "FETCH_FAILED"
  | "FETCH_TIMEOUT"
  | "DOCUMENT_TOO_LARGE"
  | "UNSUPPORTED_FORMAT"
  | "DOCUMENT_CORRUPT"
  | "PASSWORD_REQUIRED"
  | "PASSWORD_WRONG"
  | "TOO_MANY_PAGES"
  | "PAGE_TOO_LARGE"
  | "PAGE_TOO_COMPLEX"
  | "DEADLINE_EXCEEDED"
  | "OUTPUT_TOO_LARGE"
  | "DELIVERY_FAILED"
  | "OUT_OF_MEMORY"
  | "MODEL_FAILURE"
  | "WORKER_UNHEALTHY"
  | "CANCELLED"
  | "INTERNAL";
/**
 * What a caller has to know of a document's reading, and what to do about it:
 *
 * - `ATTACHMENTS`: files are attached to the PDF (a portfolio's documents too); they are not read. To do: take them out and send each as a document of its own.
 * - `CHECK_FAILED`: values of the document that belong together do not agree: sums, products, dates. To do: have a person look at the fields that it names; `metadata.checks` has every check.
 * - `DATA_MISSING`: the document ends early, or a picture or a page's content in it ends early or is damaged: what is missing is not drawn, and so not read. To do: get the document again from where it came from: it was cut short on its way, or when it was made.
 * - `DEADLINE_REACHED`: the deadline cut the job short. To do: ask again for the missing pages, or for more time.
 * - `FIELDS_NOT_READ`: the fields that were asked for could not be looked for: all are null, and the rest of the answer is whole. To do: ask for fewer `pages` or fields; if it stays, tell the operator the `document_id`.
 * - `NOTHING_READ`: something is drawn on the page, and not a word of it was read. To do: look at the page; a photograph alone is no fault.
 * - `NOT_RECOGNISED`: the page, or most of it, is a picture without a text layer, and `ocr` is `never`. To do: ask again with `"ocr": "auto"`.
 * - `PAGE_BLANK`: nothing is drawn on the page. To do: nothing; count it if no page should be blank.
 * - `PAGE_SHRUNK`: the page was made smaller before recognition than its smallest print needs. To do: look at small print, or send the page in parts.
 * - `PAGE_TURNED`: the text does not stand upright on the page as it is shown, and was read after a turn. To do: nothing; boxes are those of the page as it is shown.
 * - `SCRIPT_NOT_READ`: the page has letters of a script that the chosen recognisers do not read, by its text layer. To do: name the document's languages in `ocr_languages`, or have a person read the page.
 * - `TEXT_BEYOND_EDGE`: words of the text layer stand beyond the page's edge, and are left out. To do: nothing.
 * - `TEXT_LAYER_REPLACED`: the text layer does not say what a reader sees; it was not used, and the page was recognised. To do: treat the page as a scan.
 * - `TEXT_LAYER_UNSOUND`: the text layer does not say what a reader sees, and `ocr` is `never`. To do: ask again with `"ocr": "auto"`.
 * - `TEXT_NOT_READ`: lines of text were found and not read, or hardly (a script that no chosen recogniser reads, or poor print), or cells of a scanned table have marks that were not read. To do: name the document's languages in `ocr_languages`, or have a person look at its place.
 * - `UNSEEN_CHARACTERS`: the text layer has characters that no reader sees (control, zero width, direction). To do: have a person look where it matters; `unseen_text` drops them.
 * - `UNSEEN_TEXT`: the text layer has words that no reader sees (covered, white on white, switched off). To do: have a person look where it matters; `unseen_text` drops them.
 * - `VALUE_DIFFERS`: a value that is printed differs from the structured data that came inside the document. To do: have a person look at both before anything is paid; `embedded` is the other value.
 * - `XFA_FORM`: the PDF is an XFA form, which only a few viewers show. To do: print it to a PDF in such a viewer.
 */
export type NoticeCode =
  | "ATTACHMENTS"
  | "CHECK_FAILED"
  | "DATA_MISSING"
  | "DEADLINE_REACHED"
  | "FIELDS_NOT_READ"
  | "NOTHING_READ"
  | "NOT_RECOGNISED"
  | "PAGE_BLANK"
  | "PAGE_SHRUNK"
  | "PAGE_TURNED"
  | "SCRIPT_NOT_READ"
  | "TEXT_BEYOND_EDGE"
  | "TEXT_LAYER_REPLACED"
  | "TEXT_LAYER_UNSOUND"
  | "TEXT_NOT_READ"
  | "UNSEEN_CHARACTERS"
  | "UNSEEN_TEXT"
  | "VALUE_DIFFERS"
  | "XFA_FORM";

/**
 * A document that was read, whole or (`metadata.partial`) in part.
 */
export interface Success {
  success: true;
  /**
   * the input's `document_id`, or the job's id
   */
  document_id: string;
  extraction_method: "docstrange_local";
  data: Data;
  metadata: Metadata;
}
/**
 * The views of the document that `outputs` named; a key that was not asked for is not there.
 */
export interface Data {
  /**
   * the pages that were read, in their order; always there
   */
  pages: Page[];
  /**
   * the document as markdown
   */
  markdown?: string;
  /**
   * the document as plain text
   */
  text?: string;
  /**
   * the document as one HTML page
   */
  html?: string;
  /**
   * the document as docling-core writes its own: `DoclingDocument.model_validate` reads it
   */
  docling?: {
    [k: string]: unknown;
  };
  /**
   * every element, in reading order
   */
  elements?: Element[];
  /**
   * every line, in reading order
   */
  lines?: Line[];
  /**
   * every table with its cells
   */
  tables?: Table[];
  /**
   * every table's rows by name
   */
  records?: TableRecords[];
  /**
   * every table as CSV (RFC 4180)
   */
  csv?: string[];
  /**
   * the fields that were asked for, each value with its evidence
   */
  fields?: {
    [k: string]: FieldNode;
  };
  /**
   * their values alone, in the shape that was asked for; null where not found
   */
  values?: {
    [k: string]: unknown;
  };
  /**
   * the fields of the form, whatever the outputs; there for every PDF, maybe empty
   */
  form_fields?: FormField[];
}
/**
 * A page of the document: its number, and its size as it is shown.
 */
export interface Page {
  /**
   * its number, from 1
   */
  page: number;
  /**
   * in PDF points, or pixels for images
   */
  width: number;
  /**
   * in PDF points, or pixels for images
   */
  height: number;
}
/**
 * A part of the document: a heading, a paragraph, a table, a check box. A key that is about others of its kind, as
 * `selected` is about check boxes, is not there.
 */
export interface Element {
  /**
   * its name in this answer; the same whichever views are asked for
   */
  id: string;
  /**
   * the page that it stands on; null in a format without pages
   */
  page: number | null;
  /**
   * what a format without pages calls its place
   */
  place?: string;
  type: ElementType;
  /**
   * of a heading its rank, of a list item how deep it is nested, from 1
   */
  level: number | null;
  /**
   * its text as it is printed, with the line breaks of the page
   */
  text: string;
  /**
   * left, top, right, bottom, from the page's top left; null in a format without pages
   *
   * @minItems 4
   * @maxItems 4
   */
  bbox: [number, number, number, number] | null;
  /**
   * its place in reading order, from 0, over the whole answer
   */
  order: number;
  /**
   * null where there are no pages
   */
  source: TextSource | null;
  /**
   * the mean of its lines' confidences; null where nothing was read
   */
  confidence: number | null;
  /**
   * of a check box or radio button: whether it is ticked
   */
  selected?: boolean;
  /**
   * of a check box or radio button: the words that it stands by
   */
  label?: string;
  /**
   * of a caption: the id of the table or figure that it belongs to
   */
  caption_of?: string;
  /**
   * of a later piece of a table over several pages: the id of the first
   */
  continues?: string;
  /**
   * of a label: the id of its value
   */
  label_of?: string;
  /**
   * of a value: the id of its label
   */
  value_of?: string;
  /**
   * of a check box: the id of the element that it is in
   */
  part_of?: string;
}
/**
 * A line of an element as it stands on the page, or a piece of one that stands apart from the rest of it.
 */
export interface Line {
  /**
   * the id of its element
   */
  element: string;
  page: number | null;
  text: string;
  /**
   * left, top, right, bottom, in PDF points (pixels for images) from the top left of the page as it is shown
   *
   * @minItems 4
   * @maxItems 4
   */
  bbox: [number, number, number, number];
  source: TextSource | null;
  /**
   * the chance that all of the line is right
   */
  confidence: number;
}
/**
 * A table of `rows` times `columns` places, each covered by at most one cell.
 */
export interface Table {
  /**
   * the id of its element
   */
  id: string;
  /**
   * the page that it begins on; null in a format without pages
   */
  page: number | null;
  /**
   * left, top, right, bottom, on that page
   *
   * @minItems 4
   * @maxItems 4
   */
  bbox: [number, number, number, number] | null;
  /**
   * the text of its caption; null where it has none
   */
  caption: string | null;
  rows: number;
  columns: number;
  cells: Cell[];
  /**
   * its pieces, where it goes over several pages
   */
  parts?: TablePart[];
}
/**
 * A cell of a table. Rows and columns count from 0.
 */
export interface Cell {
  row: number;
  column: number;
  row_span: number;
  column_span: number;
  text: string;
  /**
   * left, top, right, bottom, around its words; null for an empty cell
   *
   * @minItems 4
   * @maxItems 4
   */
  bbox: [number, number, number, number] | null;
  /**
   * whether it belongs to the table's head, or names its row
   */
  header: boolean;
  confidence: number;
  /**
   * its page, in a table that goes over several
   */
  page?: number;
}
/**
 * A piece of a table that goes over several pages.
 */
export interface TablePart {
  page: number;
  /**
   * left, top, right, bottom, in PDF points (pixels for images) from the top left of the page as it is shown
   *
   * @minItems 4
   * @maxItems 4
   */
  bbox: [number, number, number, number];
  /**
   * the table's row that the piece begins with
   */
  first_row: number;
  /**
   * how many of the table's rows it has
   */
  rows: number;
  /**
   * the table's head where the piece repeats it; in none of the table's rows
   */
  head: Cell[];
}
/**
 * A table's rows below its head, as objects that are named after the head.
 */
export interface TableRecords {
  /**
   * the id of the table's element
   */
  table: string;
  page: number | null;
  /**
   * the columns' names, each once; `column_3` where the head has none
   */
  columns: string[];
  /**
   * each row's texts by the columns' names
   */
  rows: {
    [k: string]: string;
  }[];
}
/**
 * A value that was asked for, with what it was read from. Where it was not found, all of it is null.
 */
export interface FieldValue {
  /**
   * as `values` has it: ISO 8601 for a date, a decimal with a point for money, in a text
   */
  value: string | number | boolean | null;
  /**
   * the words as printed, a space between two
   */
  raw: string | null;
  /**
   * the page that it stands on, from 1, or begins on
   */
  page: number | null;
  /**
   * left, top, right, bottom, around its words on that page
   *
   * @minItems 4
   * @maxItems 4
   */
  bbox: [number, number, number, number] | null;
  /**
   * the chance that the value is right, and is the field's, in [0, 1]
   */
  confidence: number | null;
  source: FieldSource | null;
  /**
   * the words that it was read from, and no others, in reading order
   */
  words: FieldWord[];
  /**
   * of money: the currency that the document says, by ISO 4217
   */
  currency?: string | null;
  /**
   * what the data inside the document says, where that differs from what is printed
   */
  embedded?: string | number | boolean;
}
/**
 * A word that a value was read from.
 */
export interface FieldWord {
  text: string;
  /**
   * from 1; null in a format without pages
   */
  page: number | null;
  /**
   * left, top, right, bottom; null in a format without pages
   *
   * @minItems 4
   * @maxItems 4
   */
  bbox: [number, number, number, number] | null;
}
export interface FieldObject {
  [k: string]: FieldNode;
}
/**
 * A field of a PDF's form, what is filled in, and where it is on its page.
 */
export interface FormField {
  name: string;
  type: "text" | "checkbox" | "radio" | "choice" | "signature";
  /**
   * true or false for a check box, else a text; null where there is none, or none is told (a password)
   */
  value: string | boolean | null;
  page: number;
  /**
   * left, top, right, bottom, in PDF points (pixels for images) from the top left of the page as it is shown
   *
   * @minItems 4
   * @maxItems 4
   */
  bbox: [number, number, number, number];
}
/**
 * What an answer says of itself: the document, its pages, how it was read and by what.
 */
export interface Metadata {
  processing_mode: "local";
  cloud_enabled: false;
  format: DocumentFormat;
  /**
   * of the document's bytes
   */
  sha256: string;
  /**
   * of the document
   */
  bytes: number;
  pages: PageCounts;
  /**
   * whether pages that were asked for are missing; `pages` and `notices` say why
   */
  partial: boolean;
  /**
   * pages with recognised text
   */
  ocr_pages: number[];
  confidence: Confidence;
  /**
   * required fields that were not found, such as `seller.name`; there where fields were asked for
   */
  missing_fields?: string[];
  /**
   * what was checked between values; there where fields were asked for
   */
  checks?: Check[];
  /**
   * what the models ran on: `cpu`, or the GPU's name
   */
  device: string;
  /**
   * the revisions of the weights, by the models' names
   */
  models: {
    [k: string]: string;
  };
  timings_ms: Timings;
  properties: Properties;
  /**
   * the notices' messages
   */
  warnings: string[];
  notices: Notice[];
  /**
   * its version, and behind a `+` the commit that it was built from, if known
   */
  worker_version: string;
}
/**
 * How many pages the document has, how many are in the answer, and which failed.
 */
export interface PageCounts {
  /**
   * how many the document has, whichever were asked for
   */
  total: number;
  /**
   * how many are in the answer
   */
  processed: number;
  failed: FailedPage[];
}
/**
 * A page that could not be read, and why; the others are in the answer.
 */
export interface FailedPage {
  page: number;
  code: ErrorCode;
  /**
   * one line for people
   */
  reason: string;
}
/**
 * How sure the reading is, in [0, 1], and the pages that it is least sure of.
 */
export interface Confidence {
  /**
   * of the pages'; null where nothing was read
   */
  mean: number | null;
  /**
   * pages below 0.8, for a person to look at
   */
  low_pages: number[];
}
/**
 * A relation between values of the document, and whether it holds.
 */
export interface Check {
  /**
   * such as `net_plus_tax_is_total`
   */
  name: string;
  holds: boolean;
  /**
   * the fields in it that were asked for, such as `line_items.amount`
   */
  fields: string[];
  /**
   * which line of a list it is about; empty where it is about none
   */
  detail: string;
}
/**
 * What the job took, in milliseconds. Pages are read side by side: a stage's sum may be more than `total`.
 */
export interface Timings {
  fetch: number;
  open: number;
  pages: number;
  layout: number;
  ocr: number;
  tables: number;
  assemble: number;
  outputs: number;
  total: number;
}
/**
 * What a PDF says of itself; nobody has checked it. What it does not say is not there. Dates are ISO 8601, as much
 * of the date as it says.
 */
export interface Properties {
  title?: string;
  author?: string;
  subject?: string;
  creator?: string;
  producer?: string;
  created?: string;
  modified?: string;
}
/**
 * One thing that a caller has to know of the document's reading.
 */
export interface Notice {
  code: NoticeCode;
  /**
   * one line for people; may change from version to version, the code does not
   */
  message: string;
  /**
   * null where the whole document is meant
   */
  page: number | null;
  /**
   * left, top, right, bottom; null where no place is meant
   *
   * @minItems 4
   * @maxItems 4
   */
  bbox: [number, number, number, number] | null;
}
/**
 * A document that was read; the `Success` itself was too large to be handed over, and lies where `result` says.
 */
export interface Delivered {
  success: true;
  /**
   * the input's `document_id`, or the job's id
   */
  document_id: string;
  extraction_method: "docstrange_local";
  data: NoData;
  metadata: Metadata;
  result: Result;
}
/**
 * Nothing: the document's views are elsewhere.
 */
export interface NoData {}
/**
 * Where an answer was put that was too large to be handed over: a `Success` as JSON.
 */
export interface Result {
  /**
   * the JSON's length
   */
  bytes: number;
  /**
   * of the JSON's bytes
   */
  sha256: string;
  /**
   * the request's `result_url`, or the worker's own bucket
   */
  put_to: "result_url" | "bucket";
  /**
   * a link to it that can be read, where there is one
   */
  url?: string;
  /**
   * for so many seconds the link is good
   */
  expires_s?: number;
}
/**
 * Why there is no document in the answer. Through RunPod, `error` is the envelope's and the rest its `output`.
 */
export interface Failure {
  /**
   * the code and the reason, in one line
   */
  error: string;
  success: false;
  error_code: ErrorCode;
  /**
   * whether the same request may succeed on another try
   */
  retryable: boolean;
  /**
   * the input's `document_id`, or the job's id
   */
  document_id: string;
}
