// jsforce, unmodified, at an org: address, JWT assertion and contact key prefix are given; prints what it saw as JSON.
import jsforce from "jsforce";

const [url, assertion, prefix] = process.argv.slice(2);
const KEY = "Phone_Contact_Key__c";
const connection = new jsforce.Connection({ loginUrl: url, instanceUrl: url, version: "62.0" });
await connection.authorize({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
const seen = { user: (await connection.identity()).username };

const first = await connection.sobject("Task").upsert({ [KEY]: `${prefix}-single`, Subject: "by jsforce" }, KEY);
const second = await connection.sobject("Task").upsert({ [KEY]: `${prefix}-single`, Subject: "again" }, KEY);
seen.upserts = [first.created, second.created, first.id === second.id];

const many = Array.from({ length: 200 }, (_, index) => ({ [KEY]: `${prefix}-many-${index}`, Subject: "many" }));
const saved = await connection.sobject("Task").upsert(many, KEY);
seen.collection = saved.filter((one) => one.success && one.created).length;

const bulk = await connection.bulk2.loadAndWaitForResults({
  object: "Task",
  operation: "upsert",
  externalIdFieldName: KEY,
  input: [
    { [KEY]: `${prefix}-single`, Subject: "by bulk" },
    { [KEY]: `${prefix}-bulk`, Subject: "new, by bulk" },
    { [KEY]: `${prefix}-wrong`, Subject: "x".repeat(300) }
  ],
  pollInterval: 50
});
seen.bulk = {
  created: bulk.successfulResults.map((one) => one.sf__Created),
  failed: bulk.failedResults.map((one) => one.sf__Error.split(":")[0])
};

const rows = await connection.query(`SELECT Subject, Owner.Name FROM Task WHERE ${KEY} LIKE '${prefix}-%'`);
seen.total = rows.totalSize;
seen.subject = (await connection.sobject("Task").findOne({ [KEY]: `${prefix}-single` }, "Subject")).Subject;
seen.field = (await connection.sobject("Task").describe()).fields.find((field) => field.name === KEY);
seen.types = (await connection.metadata.describe("62.0")).metadataObjects.map((type) => type.xmlName);
console.log(JSON.stringify(seen));
