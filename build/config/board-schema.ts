import type { FromSchema } from "json-schema-to-ts";

const moduleNames = {
  type: "array",
  items: { type: "string", pattern: "^[a-zA-Z0-9_-]+$" },
  uniqueItems: true,
} as const;

const sizeMiB = { type: "integer", minimum: 1 } as const;

const text = { type: "string", minLength: 1 } as const;

const port = {
  type: "object",
  additionalProperties: false,
  required: ["name"],
  properties: {
    name: {
      type: "string",
      pattern: "^[a-z][a-z0-9]{0,11}$",
      description: "What is written on the case; the interface is called so.",
      examples: ["wan"],
    },
    path: {
      type: "string",
      pattern: "^[A-Za-z0-9_.:,@*?/\\[\\]-]+$",
      description: "Where the network device is below /sys/devices on this model, as a shell pattern.",
      examples: ["platform/ff540000.ethernet"],
    },
    dsaPort: {
      type: "string",
      pattern: "^[a-z][a-z0-9]{0,14}$",
      description: "For a port of a switch chip: its label in the device tree.",
      examples: ["lan0"],
    },
  },
} as const;

/** One port, or several that are to be one LAN. */
const lan = {
  ...port,
  type: ["object", "array"],
  minItems: 1,
  items: port,
  description: "The port that faces the LAN, or a list of several, which are joined to one LAN.",
} as const;

/** What the model is to OpenWrt, whose images have the payload on top. */
const openwrtFacts = {
  type: "object",
  additionalProperties: false,
  required: ["target", "subtarget", "profile", "supportedDevices", "images", "sources"],
  description: "What the model is to OpenWrt.",
  properties: {
    target: { type: "string", pattern: "^[a-z0-9]+$", examples: ["mediatek"] },
    subtarget: { type: "string", pattern: "^[a-z0-9]+$", examples: ["filogic"] },
    profile: {
      type: "string",
      pattern: "^[A-Za-z0-9_.-]+$",
      description: "As `make info` says it.",
      examples: ["glinet_gl-mt6000"],
    },
    supportedDevices: {
      type: "array",
      items: { type: "string", minLength: 1 },
      description: "What sysupgrade on the model accepts an image for; profiles.json has to say them.",
      examples: [["glinet,gl-mt6000"]],
    },
    images: {
      type: "array",
      minItems: 1,
      description: "What has to come out: a type and a file system, as profiles.json says them.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["type"],
        properties: {
          type: { type: "string", pattern: "^[a-z0-9._-]+$", examples: ["sysupgrade"] },
          filesystem: { enum: ["squashfs", "ext4", "ubifs"] },
          limitKiB: {
            type: "integer",
            minimum: 1,
            description: "The model's own limit for it (IMAGE_SIZE), in KiB.",
          },
        },
      },
    },
    rootfsMiB: {
      type: "integer",
      minimum: 96,
      description: "Of a disk image: the partition of the root file system, in MiB (ROOTFS_PARTSIZE).",
    },
    since: {
      type: "string",
      pattern: "^[0-9]{2}\\.[0-9]{2}$",
      description:
        "The release that has these names for target, images and ports, where an older one had others.",
      examples: ["24.10"],
    },
    packages: {
      type: "array",
      items: { type: "string", pattern: "^[a-z0-9][a-z0-9+._-]*$" },
      uniqueItems: true,
      description: "Packages that it needs besides its profile's own.",
    },
    ports: {
      type: "object",
      additionalProperties: false,
      required: ["isp", "lan"],
      description: "What OpenWrt calls the ports, where that isn't what /ports says.",
      properties: { isp: port, lan },
    },
    sources: {
      type: "object",
      additionalProperties: false,
      required: ["profile", "ports"],
      description: "Where these facts are from.",
      properties: {
        profile: { ...text, description: "Profile, images and their limits." },
        ports: text,
      },
    },
  },
} as const;

/** What a profile has to say by its base. */
const imageKeys = ["image", "kernel", "flashing"] as const;
const openwrtKeys = ["openwrt"] as const;

/** A profile of that base has these keys; said by what holds else, as `then` would make a promise of the schema. */
const wantedBy = (base: string, keys: readonly string[]) => ({
  if: { not: { required: ["base"], properties: { base: { const: base } } } },
  else: { required: keys, properties: Object.fromEntries(keys.map((key) => [key, {}])) },
});

/** The one source for what a board profile may say: ajv runs it, editors read it, `Board` is typed by it. */
export const boardSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Halfbridge board profile",
  description: "A router model: CPU architecture, ports, storage, RAM, boot flow, image formats.",
  type: "object",
  additionalProperties: false,
  required: ["name", "title", "base", "arch", "memoryMiB", "storageMiB", "ports", "sources"],
  allOf: [wantedBy("debian", imageKeys), wantedBy("buildroot", imageKeys), wantedBy("openwrt", openwrtKeys)],
  properties: {
    name: {
      type: "string",
      pattern: "^[a-z0-9][a-z0-9-]*$",
      description: "The board's name, as its file is called.",
    },
    title: { type: "string", minLength: 1, description: "What people call it." },
    family: {
      type: "string",
      pattern: "^[a-z0-9][a-z0-9-]*$",
      description: "A file of board-configs/families/ that has what this one doesn't say.",
    },
    base: {
      enum: ["debian", "buildroot", "openwrt"],
      description: "Where the system comes from if the user doesn't say.",
    },
    arch: { enum: ["amd64", "arm64", "armhf"], description: "CPU architecture by Debian's name." },
    deviceTree: {
      type: "object",
      additionalProperties: false,
      required: ["file", "compatible"],
      description: "Which machine it is, where firmware doesn't say (devicetree.org).",
      properties: {
        file: {
          type: "string",
          pattern: "^[A-Za-z0-9_./-]+\\.dtb$",
          description: "In the kernel package.",
          examples: ["rockchip/rk3328-nanopi-r2s.dtb"],
        },
        compatible: {
          type: "string",
          pattern: "^[a-z0-9.-]+,[A-Za-z0-9._-]+$",
          description:
            "What the tree's root says that it is; ports are bound by their places on this model alone.",
          examples: ["friendlyarm,nanopi-r2s"],
        },
      },
    },
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
      description:
        "Network ports by role. Without path or dsaPort, and on another machine, they are the first on the bus: the ISP's, then the LAN's.",
      properties: { isp: port, lan },
    },
    leds: {
      type: "array",
      description: "What lights show.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "shows"],
        properties: {
          name: {
            type: "string",
            pattern: "^[A-Za-z0-9:_.-]+$",
            description: "As in /sys/class/leds.",
            examples: ["green:wan"],
          },
          shows: {
            type: "string",
            pattern: "^[a-z][a-z0-9]{0,11}$",
            description:
              "running: on once the router has started; isp, lan, or a port of the LAN by its name: that port's link and traffic.",
            examples: ["running", "isp", "lan"],
          },
        },
      },
    },
    consoles: {
      type: "array",
      minItems: 1,
      items: { type: "string", pattern: "^tty[A-Za-z]*[0-9]+(,[0-9]+[noe]?[78]?)?$" },
      description:
        "Kernel consoles; the last one is /dev/console. Without them it is the one that the device tree names.",
    },
    image: {
      type: "object",
      additionalProperties: false,
      required: ["format", "firmwareMiB", "bootMiB", "rootMiB", "dataMiB"],
      properties: {
        format: {
          enum: ["gpt-grub", "gpt-boot-script"],
          description:
            "gpt-grub: a GPT disk that GRUB starts by BIOS (on a PC) and by UEFI; gpt-boot-script: one that U-Boot starts by boot.scr.",
        },
        firmwareMiB: {
          ...sizeMiB,
          minimum: 34,
          description: "The partition (FAT32) that firmware or U-Boot reads first, in MiB.",
        },
        bootMiB: { ...sizeMiB, description: "Kernel and initramfs of one slot, in MiB." },
        rootMiB: { ...sizeMiB, description: "Root file system of one slot, in MiB." },
        dataMiB: { ...sizeMiB, minimum: 16, description: "Configuration and logs (ext4), in MiB." },
      },
    },
    loader: {
      type: "object",
      additionalProperties: false,
      required: ["kind"],
      description:
        "What the image brings along to be started by; without it the machine has its own firmware or U-Boot.",
      properties: {
        kind: {
          enum: ["rockchip", "raspberry-pi"],
          description:
            "rockchip: U-Boot at the disk's 64th sector; raspberry-pi: firmware's files and U-Boot on the first partition.",
        },
        ubootBuild: {
          type: "string",
          pattern: "^[a-z0-9][a-z0-9_-]*$",
          description: "rockchip: which of the builds in Debian's u-boot-rockchip.",
          examples: ["rock-pi-e-rk3328"],
        },
        defconfig: {
          type: "string",
          pattern: "^[a-z0-9_-]+_defconfig$",
          description: "rockchip: U-Boot's configuration, where it is to be built from Debian's source.",
          examples: ["nanopi-r2s-rk3328_defconfig"],
        },
        trustedFirmware: {
          type: "string",
          pattern: "^rk[0-9]+$",
          description: "rockchip: arm-trusted-firmware's platform, which goes with defconfig.",
          examples: ["rk3328"],
        },
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
        networkModules: { ...moduleNames, description: "Loaded for the network hardware that is found." },
        otherModules: {
          ...moduleNames,
          description: "Loaded for other hardware that is found: clocks, sensors, lights, watchdogs.",
        },
      },
    },
    openwrt: openwrtFacts,
    flashing: {
      type: "object",
      additionalProperties: false,
      required: ["medium", "steps"],
      properties: {
        medium: text,
        steps: { type: "array", minItems: 1, items: text, description: "What to hold, and what to press." },
        recovery: {
          type: "array",
          minItems: 1,
          items: text,
          description: "How to return to the vendor's firmware.",
        },
      },
    },
    sources: {
      type: "object",
      additionalProperties: false,
      required: ["machine", "memory", "storage", "ports"],
      description: "Where the facts in this file are from.",
      properties: {
        machine: { ...text, description: "CPU, boot flow, console." },
        memory: text,
        storage: text,
        ports: { ...text, description: "Network hardware, and its places." },
        flashing: text,
      },
    },
    evidence: {
      type: "array",
      minItems: 1,
      description: "Who has seen this image run on the hardware itself: it makes the proof level `hardware`.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["date", "by", "seen"],
        properties: {
          date: { type: "string", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
          by: text,
          seen: { ...text, description: "What was done, and what came of it; where its log is." },
        },
      },
    },
  },
} as const;

/** What any profile says, whatever its base. */
export type BoardProfile = FromSchema<typeof boardSchema>;

/** A board whose disk image is made here, of Debian packages or by Buildroot. */
export type Board = BoardProfile & Required<Pick<BoardProfile, (typeof imageKeys)[number]>>;

/** A board that OpenWrt has a profile for. */
export type OpenwrtBoard = BoardProfile & Required<Pick<BoardProfile, (typeof openwrtKeys)[number]>>;
