import type { FromSchema } from "json-schema-to-ts";

const moduleNames = {
  type: "array",
  items: { type: "string", pattern: "^[a-zA-Z0-9_-]+$" },
  uniqueItems: true,
} as const;

const sizeMiB = { type: "integer", minimum: 1 } as const;

/** The one source for what a board profile may say: ajv runs it, editors read it, `Board` is typed by it. */
export const boardSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Halfbridge board profile",
  description: "A router model: CPU architecture, ports, storage, RAM, boot flow, image formats.",
  type: "object",
  additionalProperties: false,
  required: [
    "name",
    "title",
    "base",
    "arch",
    "memoryMiB",
    "storageMiB",
    "ports",
    "consoles",
    "image",
    "kernel",
    "flashing",
    "sources",
  ],
  properties: {
    name: {
      type: "string",
      pattern: "^[a-z0-9][a-z0-9-]*$",
      description: "The board's name, as its file is called.",
    },
    title: { type: "string", minLength: 1, description: "What people call it." },
    base: { enum: ["debian"], description: "Where the system comes from." },
    arch: { enum: ["amd64"], description: "CPU architecture by Debian's name." },
    memoryMiB: { type: "integer", minimum: 1, description: "RAM of the smallest variant, in MiB." },
    storageMiB: {
      type: "integer",
      minimum: 1,
      description: "Flash or disk of the smallest variant, in MiB.",
    },
    ports: {
      type: "object",
      additionalProperties: false,
      required: ["isp", "lan"],
      description: "Interface names by role.",
      properties: {
        isp: { type: "string", pattern: "^eth[0-9]+$", examples: ["eth0"] },
        lan: { type: "string", pattern: "^eth[0-9]+$", examples: ["eth1"] },
      },
    },
    consoles: {
      type: "array",
      minItems: 1,
      items: { type: "string", pattern: "^tty[A-Za-z]*[0-9]+(,[0-9]+[noe]?[78]?)?$" },
      description: "Kernel consoles; the last one is /dev/console.",
    },
    image: {
      type: "object",
      additionalProperties: false,
      required: ["format", "espMiB", "bootMiB", "rootMiB", "dataMiB"],
      properties: {
        format: {
          enum: ["gpt-grub"],
          description: "gpt-grub: a GPT disk that GRUB starts by BIOS and by UEFI.",
        },
        espMiB: { ...sizeMiB, minimum: 34, description: "EFI system partition (FAT32), in MiB." },
        bootMiB: { ...sizeMiB, description: "Kernel and initramfs of one slot, in MiB." },
        rootMiB: { ...sizeMiB, description: "Root file system of one slot, in MiB." },
        dataMiB: { ...sizeMiB, minimum: 16, description: "Configuration and logs (ext4), in MiB." },
      },
    },
    kernel: {
      type: "object",
      additionalProperties: false,
      required: ["package", "storageModules", "networkModules"],
      properties: {
        package: {
          type: "string",
          pattern: "^linux-image-[a-z0-9.+-]+$",
          description: "Debian's kernel package.",
        },
        storageModules: { ...moduleNames, description: "Loaded before there is a root file system." },
        networkModules: { ...moduleNames, description: "Loaded for the hardware that is found." },
      },
    },
    flashing: {
      type: "object",
      additionalProperties: false,
      required: ["medium", "steps"],
      properties: {
        medium: { type: "string", minLength: 1 },
        steps: { type: "array", minItems: 1, items: { type: "string", minLength: 1 } },
      },
    },
    sources: {
      type: "array",
      minItems: 1,
      items: { type: "string", minLength: 1 },
      description: "Where the facts in this file are from.",
    },
  },
} as const;

export type Board = FromSchema<typeof boardSchema>;
