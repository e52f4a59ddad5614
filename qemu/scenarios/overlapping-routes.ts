import { between, expectEqual, expectThat, type Scenario } from "./scenario.ts";

/** Claim 5: the same prefix is on both sides, and a /32 tells them apart. */
export const overlappingRoutes: Scenario = {
  id: "overlapping-routes",
  title:
    "The ISP router's /32 and the LAN's /24 overlap and work as in the 2007 post; a client whose only route is the router reaches the ISP's router and beyond",
  appliesTo: ({ network }) => network.addresses.some(({ peer }) => peer !== undefined),
  async prove({ plan, router, client, isp, topology }) {
    const { ports } = plan.network;
    const { ispRouter, clients, origins } = topology;
    const [first, , third] = clients;
    const deviceTo = async (address: string | undefined) =>
      / dev (\S+)/.exec(await router.console.succeed(`ip route get ${address}`))?.[1];
    expectEqual("the router's way to the ISP's router", await deviceTo(ispRouter.address), ports.isp);
    expectEqual("the router's way to a client", await deviceTo(first?.address), ports.lan);
    await isp.succeed(`ping -c 1 -W 5 ${first?.address}`);
    await client(1).succeed(`ping -c 1 -W 5 ${ispRouter.address}`); // on its link, as far as it knows

    const routes = await client(3).succeed("ip route");
    expectThat(`the third client has other routes than the router:\n${routes}`, !routes.includes("/"));
    await client(3).succeed(`ping -c 1 -W 5 ${ispRouter.address} && ping -c 1 -W 5 ${origins[1]}`);
    const seen = await client(3).succeed(`wget -T 10 -qO- http://${origins[1]}/cgi-bin/peer`);
    const expected = plan.site.transparency.server ? third?.address : topology.router.address;
    expectEqual("the origin saw", seen, expected);
    return `${ispRouter.address} is reached by ${ports.isp}, ${first?.address} by ${ports.lan}; ${third?.address} with no route but the router reached ${ispRouter.address} and ${origins[1]}`;
  },
  control: {
    title: "without the /32 the ISP's router is out of reach",
    async refute({ plan, router, client, topology }) {
      const { ispRouter } = topology;
      const route = `${ispRouter.address} dev ${plan.network.ports.isp} proto kernel scope link src ${topology.router.address}`;
      await between(router, `ip route del ${route}`, `ip route add ${route}`, () =>
        Promise.all(
          [1, 3].map((number) => client(number).fail(`ping -c 2 -i 0.2 -W 1 ${ispRouter.address}`)),
        ),
      );
      return `neither ${topology.clients[0]?.address} nor ${topology.clients[2]?.address} reached ${ispRouter.address}`;
    },
  },
};
