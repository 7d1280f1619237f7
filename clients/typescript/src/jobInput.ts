// The types of schemas/input.schema.json. Made by `npm run types`; not to be edited.

/**
 * What one job asks for.
 */
export interface JobInput {
  /**
   * http(s) URL of the document (a presigned one too)
   */
  document_url?: string | null;
  /**
   * the document itself in base64; a `data:` prefix is fine
   */
  document_content_base64?: string | null;
  /**
   * request headers for `document_url` (never logged, never sent on to another host)
   */
  headers?: {
    [k: string]: string;
  } | null;
  /**
   * the document's name: a hint, never trusted; the docling output bears it
   */
  filename?: string | null;
  /**
   * an id of the caller's that comes back; the job's id if absent
   */
  document_id?: string | null;
  /**
   * pages to read, for example `"1-3,7"`, or `"3-"` up to the last; all if absent
   */
  pages?: string | null;
  /**
   * for an encrypted document (never logged)
   */
  password?: string | null;
  /**
   * `auto` recognises pages without a sound text layer, `always` every page, `never` none
   */
  ocr?: "auto" | "always" | "never";
  /**
   * languages of the recognised text, as in `["en", "ru"]` (BCP 47, also `eng` and `de-DE`); Latin scripts, Chinese and Japanese if absent
   *
   * @minItems 1
   * @maxItems 64
   */
  ocr_languages?: [string, ...string[]] | null;
  /**
   * views of the document to answer with
   *
   * @minItems 1
   */
  outputs?: [
    "markdown" | "text" | "html" | "elements" | "lines" | "tables" | "records" | "csv" | "docling",
    ...("markdown" | "text" | "html" | "elements" | "lines" | "tables" | "records" | "csv" | "docling")[]
  ];
  /**
   * values to look for, by name, as in `["invoice_number", "total"]`, or by name with what they are
   */
  fields?:
    | [string, ...string[]]
    | {
        [k: string]: AskedField;
      }
    | null;
  /**
   * a JSON schema (draft 2020-12) of an object, whose values are looked for; without `fields` and `preset`
   */
  json_schema?: {
    [k: string]: unknown;
  } | null;
  /**
   * the values that documents of a kind usually have; `fields` adds to them
   */
  preset?: ("invoice" | "receipt" | "statement" | "contract") | null;
  /**
   * whether page headers, footers and page numbers are part of markdown, text and html
   */
  furniture?: boolean;
  /**
   * whether the lines of a paragraph, and words parted at line ends, are joined in markdown, text and html
   */
  reflow?: boolean;
  /**
   * whether markdown, text and html say where a page of the document begins
   */
  page_breaks?: boolean;
  /**
   * whether markdown has bold, italics, superscripts and links, which html always has
   */
  emphasis?: boolean;
  /**
   * text of a PDF that no reader sees (white on white, covered, too small): `keep`, with a warning, or `drop`
   */
  unseen_text?: "keep" | "drop";
  /**
   * cells that a spreadsheet would compute: `keep` as they are, or `quote` them in the csv output
   */
  csv_formulas?: "keep" | "quote";
  /**
   * presigned PUT URL for an answer that is too large to be handed over
   */
  result_url?: string | null;
  /**
   * request headers for the PUT to `result_url`, for example Azure's `{"x-ms-blob-type": "BlockBlob"}` (never logged)
   */
  result_headers?: {
    [k: string]: string;
  } | null;
  /**
   * seconds after which the finished pages are answered
   */
  deadline_s?: number | null;
}
/**
 * What is said of a field beside its name.
 */
export interface AskedField {
  /**
   * the type of its value; by the field's name if absent, `text` where that says nothing
   */
  type?:
    | (
        | "text"
        | "date"
        | "money"
        | "number"
        | "integer"
        | "percent"
        | "boolean"
        | "iban"
        | "vat_id"
        | "address"
        | "party"
        | "object"
        | "list"
      )
    | null;
  /**
   * what it is; it helps to find a field whose name says little
   */
  description?: string | null;
  /**
   * whether `metadata.missing_fields` names it where it is not found
   */
  required?: boolean;
  /**
   * of the type `object` or `list`: the fields of the object, or of each in the list
   */
  fields?:
    | [string, ...string[]]
    | {
        [k: string]: AskedField;
      }
    | null;
}
