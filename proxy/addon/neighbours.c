#define _GNU_SOURCE
#include "neighbours.h"

#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct question {
	struct nlmsghdr header;
	struct ndmsg neighbour;
	struct rtattr attribute;
	uint8_t address[16];
};

static int ask(int netlink, unsigned int device, const struct endpoint *of)
{
	int v4 = endpoint_is_v4(of);
	size_t length = v4 ? 4 : 16;
	struct question question = {
		.header = { .nlmsg_type = RTM_GETNEIGH, .nlmsg_flags = NLM_F_REQUEST },
		.neighbour = { .ndm_family = v4 ? AF_INET : AF_INET6, .ndm_ifindex = (int)device },
		.attribute = { .rta_type = NDA_DST, .rta_len = RTA_LENGTH(length) },
	};

	memcpy(question.address, of->address + 16 - length, length);
	question.header.nlmsg_len = NLMSG_LENGTH(sizeof(struct ndmsg)) + RTA_LENGTH(length);
	return send(netlink, &question, question.header.nlmsg_len, 0) < 0 ? -1 : 0;
}

static int read_answer(int netlink, uint8_t mac[6])
{
	_Alignas(struct nlmsghdr) char data[1024];
	ssize_t got = recv(netlink, data, sizeof(data), 0);
	struct nlmsghdr *header = (struct nlmsghdr *)data;
	struct rtattr *attribute;
	int left;

	if (got < (ssize_t)NLMSG_LENGTH(sizeof(struct ndmsg)) || header->nlmsg_len > (size_t)got ||
	    header->nlmsg_type != RTM_NEWNEIGH)
		return 0;
	attribute = (struct rtattr *)((char *)NLMSG_DATA(header) + NLMSG_ALIGN(sizeof(struct ndmsg)));
	left = (int)(header->nlmsg_len - NLMSG_LENGTH(sizeof(struct ndmsg)));
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == NDA_LLADDR && RTA_PAYLOAD(attribute) == 6) {
			memcpy(mac, RTA_DATA(attribute), 6);
			return 1;
		}
	}
	return 0;
}

int find_neighbour(int *netlink, unsigned int device, const struct endpoint *address, uint8_t mac[6])
{
	if (*netlink < 0)
		*netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	/* the kernel answers before send returns */
	return *netlink >= 0 && ask(*netlink, device, address) == 0 && read_answer(*netlink, mac);
}
