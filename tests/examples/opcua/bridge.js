// SPDX-License-Identifier: Apache-2.0
// From OPC UA to Sparkplug B: follows variables of a server and tells them as an edge node.
//   node bridge.js OPCUA_URL MQTT_URL ITEMS.json
// ITEMS.json: {"group": "acme", "node": "line_1", "items": {"ns=1;s=press.Good": {"device": "press",
//              "metric": "Counters/Good", "type": "UInt32"}, ...}}
const fs = require("fs");
const { OPCUAClient, AttributeIds, TimestampsToReturn, MessageSecurityMode, SecurityPolicy } = require("node-opcua");
const mqtt = require("mqtt");
const sparkplug = require("sparkplug-payload").get("spBv1.0");

const [opcua, broker, file] = process.argv.slice(2);
const { group, node, items } = JSON.parse(fs.readFileSync(file));
const known = new Map(); // node id -> value
const bdSeq = Math.floor(Date.now() / 1000) % 256; // differs from that of the last start
let seq = 0;
let born = false;

const bd = () => ({ name: "bdSeq", type: "UInt64", value: bdSeq });
const topic = (type, device) => `spBv1.0/${group}/${type}/${node}` + (device ? `/${device}` : "");
const client = mqtt.connect(broker, {
  clean: true,
  will: { topic: topic("NDEATH"), payload: sparkplug.encodePayload({ timestamp: Date.now(), metrics: [bd()] }), qos: 1 },
});
function send(type, device, metrics) {
  const payload = sparkplug.encodePayload({ timestamp: Date.now(), seq, metrics });
  seq = (seq + 1) % 256;
  client.publish(topic(type, device), payload, { qos: 1 });
}
const ids = Object.keys(items);
const metric = (id) => ({ name: items[id].metric, alias: ids.indexOf(id) + 1, type: items[id].type, value: known.get(id) });

function giveBirth() {
  seq = 0;
  send("NBIRTH", "", [bd(), { name: "Node Control/Rebirth", type: "Boolean", value: false }]);
  for (const device of new Set(ids.map((id) => items[id].device)))
    send("DBIRTH", device, ids.filter((id) => items[id].device === device).map(metric));
  born = true;
}
function change(id, value) {
  known.set(id, value);
  if (born) send("DDATA", items[id].device, [{ ...metric(id), timestamp: Date.now() }]);
  else if (client.connected && known.size === ids.length) giveBirth();
}
client.on("connect", () => {
  client.subscribe(topic("NCMD"), { qos: 1 });
  if (known.size === ids.length) giveBirth();
});
client.on("message", (_, payload) => {
  const asked = sparkplug.decodePayload(payload).metrics.some((m) => m.name === "Node Control/Rebirth" && m.value === true);
  if (asked && known.size === ids.length) giveBirth();
});

async function main() {
  const source = OPCUAClient.create({
    endpointMustExist: false, securityMode: MessageSecurityMode.None, securityPolicy: SecurityPolicy.None,
    connectionStrategy: { maxRetry: -1, initialDelay: 100, maxDelay: 2000 },
  });
  await source.connect(opcua);
  const session = await source.createSession();
  const subscription = await session.createSubscription2({
    requestedPublishingInterval: 100, requestedMaxKeepAliveCount: 10, requestedLifetimeCount: 100, publishingEnabled: true,
  });
  for (const nodeId of ids) {
    const item = await subscription.monitor({ nodeId, attributeId: AttributeIds.Value },
      { samplingInterval: 50, queueSize: 100, discardOldest: true }, TimestampsToReturn.Both);
    item.on("changed", (value) => change(nodeId, value.value.value));
  }
}
main().catch((error) => { console.error(error); process.exit(1); });
