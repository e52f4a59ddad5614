################################################################################
#
# ndppd
#
################################################################################

NDPPD_VERSION = 0.2.5
NDPPD_SITE = $(call github,DanielAdolfsson,ndppd,$(NDPPD_VERSION))
NDPPD_LICENSE = GPL-3.0+
NDPPD_LICENSE_FILES = LICENSE

define NDPPD_BUILD_CMDS
	$(TARGET_MAKE_ENV) $(MAKE) $(TARGET_CONFIGURE_OPTS) -C $(@D) ndppd
endef

define NDPPD_INSTALL_TARGET_CMDS
	$(INSTALL) -D -m 0755 $(@D)/ndppd $(TARGET_DIR)/usr/sbin/ndppd
endef

$(eval $(generic-package))
