Ext.define('Frame', {
    advancedColumnB: [
        { xtype: 'proxmoxtextfield', name: 'audiences' },
//@ fields
    ],
});
