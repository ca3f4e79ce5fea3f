// Memory, disk and processors, anew every few seconds: what a training would have to fit into.
import { $api } from "../../api/client.ts";
import { bytesText, durationText } from "../../design/numbers.tsx";
import { Facts, Meter } from "../../design/page.tsx";
import { View } from "../../design/states.tsx";
import styles from "./machine.module.css";

const every = 10_000;

export function Machine() {
  const status = $api.useQuery("get", "/api/system/status", {}, { refetchInterval: every });
  return (
    <View query={status}>
      {({ memory, disk, cpu, version, uptime, jobs }) => (
        <div className={styles.machine}>
          <Meter
            name="Memory"
            value={memory.used}
            most={memory.total}
            text={`${bytesText(memory.available)} free of ${bytesText(memory.total)}`}
          />
          <Meter
            name="Disk"
            value={disk.used}
            most={disk.total}
            text={`${bytesText(disk.free)} free of ${bytesText(disk.total)}`}
          />
          <Meter
            name="Processor"
            value={cpu.percent}
            most={100}
            text={`${Math.round(cpu.percent)} % of ${cpu.cores} cores`}
          />
          <Facts
            facts={[
              { name: "Data", value: <code>{disk.path}</code> },
              { name: "ft", value: `${version}, up ${durationText(uptime)}` },
              ...(jobs.problem === null
                ? []
                : [{ name: "Jobs are not running", value: jobs.problem }]),
            ]}
          />
        </div>
      )}
    </View>
  );
}
