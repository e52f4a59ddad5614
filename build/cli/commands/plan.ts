import type { Command } from "commander";
import { renderConfiguration } from "../../payload/configuration.ts";
import { makePlan } from "../../plan/plan.ts";
import { readAnyInputs, takesInputs, type InputOptions } from "../inputs.ts";

/** `halfbridge plan` */
export function addPlan(program: Command): void {
  takesInputs(program.command("plan"))
    .description("show what a board and a site come to: the network model and the files that say it")
    .option("--json", "the plan itself, as JSON")
    .action(async (boardName: string, options: InputOptions & { json?: true }) => {
      const { board, site, files } = await readAnyInputs(boardName, options);
      const plan = makePlan(board, site, files);
      if (options.json) {
        process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
        return;
      }
      process.stdout.write(
        `plan ${plan.hash}\nboard ${board.name}, site ${site.name}, mode ${site.mode}, dialect ${site.dialect}\n`,
      );
      for (const entry of await renderConfiguration(plan, files)) {
        if (entry.kind === "file" && "content" in entry.from) {
          process.stdout.write(`\n── ${entry.path}\n${entry.from.content.toString()}`);
        }
      }
    });
}
