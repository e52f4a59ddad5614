/* MACs of clients, from the kernel's neighbour table: rtnetlink(7), RTM_GETNEIGH for one entry (Linux 5.0). */
#ifndef HALFBRIDGE_NEIGHBOURS_H
#define HALFBRIDGE_NEIGHBOURS_H

#include "address.h"

/*
 * Whether the kernel knows the MAC of a neighbour on a device, by its interface index. *netlink is -1 at first, and
 * then a descriptor that is kept for the next question.
 */
int find_neighbour(int *netlink, unsigned int device, const struct endpoint *address, uint8_t mac[6]);

#endif
