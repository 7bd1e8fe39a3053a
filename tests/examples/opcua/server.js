// SPDX-License-Identifier: Apache-2.0
// A press and a rack behind an OPC UA server (node-opcua), as a controller would have them.
//   node server.js PORT FOLDER       FOLDER: for its certificates
const { OPCUAServer, OPCUACertificateManager, DataType, Variant } = require("node-opcua");

const [port, folder] = [Number(process.argv[2]), process.argv[3]];
const plant = { state: "Idle", good: 0, level: 2 };

async function main() {
  const server = new OPCUAServer({
    port,
    hostname: "127.0.0.1",
    serverCertificateManager: new OPCUACertificateManager({ rootFolder: folder, automaticallyAcceptUnknownCertificate: true }),
  });
  await server.initialize();
  const space = server.engine.addressSpace.getOwnNamespace();
  const line = space.addObject({ organizedBy: server.engine.addressSpace.rootFolder.objects, browseName: "line_1" });
  const add = (name, dataType, get) =>
    space.addVariable({
      componentOf: line, browseName: name, nodeId: `s=${name}`, dataType, minimumSamplingInterval: 50,
      value: { get: () => new Variant({ dataType: DataType[dataType], value: get() }) },
    });
  add("press.State", "String", () => plant.state);
  add("press.Good", "UInt32", () => plant.good);
  add("rack.Level", "UInt32", () => plant.level);
  await server.start();
  console.log("ready");
  setInterval(() => {
    plant.state = "Execute";
    plant.good += 1;
    plant.level = 2 + (plant.good % 3);
  }, 300);
}
main().catch((error) => { console.error(error); process.exit(1); });
